import type { AppendOptions } from "./journal.ts";

/**
 * What a stream must be at, and what `more` says of others. Without a prototype it is a dictionary from its beginning: an
 * object whose keys are others each time would leave the engine a hidden class for each.
 *
 * @param last The `seq` of the stream's last event; 0 where it must not exist.
 */
export function expecting(
  stream: string,
  last: number,
  more?: AppendOptions["expect"],
): NonNullable<AppendOptions["expect"]> {
  const expect = Object.create(null) as Record<string, number>;
  if (more !== undefined) Object.assign(expect, more);
  expect[stream] = last;
  return expect;
}
