interface Platform {
  readonly setImmediate?: (fire: () => void) => unknown;
}

// As it was when this was loaded: a test's timers that stand still do not hold up what needs no time.
const { setImmediate: soon = setTimeout } = globalThis as Platform;

let awaited = 0;

/** Calls it after what the platform does at the end of this turn of the event loop, by Node's `setImmediate` where there is one. */
export function nextTurn(fire: () => void): void {
  awaited++;
  soon(() => {
    awaited--;
    fire();
  });
}

/** A module that is loaded when it is first needed: that takes what the platform takes, and no time of a clock. */
export async function loaded<Module>(module: Promise<Module>): Promise<Module> {
  awaited++;
  try {
    return await module;
  } finally {
    awaited--;
  }
}

/** Whether something goes on by itself, without time passing. */
export function nextTurnIsAwaited(): boolean {
  return awaited > 0;
}
