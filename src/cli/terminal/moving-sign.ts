const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** Milliseconds between two pictures of what moves. */
export const TICK = 100;

/** Before what is under way: another one in each picture. @param now Of a monotonic clock. */
export function signAt(now: number): string {
  return FRAMES[Math.floor(now / TICK) % FRAMES.length] as string;
}
