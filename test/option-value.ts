// The values that a program of test/ is started with. Where a text is none, the process says so and ends with exit code 2: with
// NaN kills nothing would be killed, and all would be well.

/** From 1 on. */
export function wholeNumber(option: string, text: string): number {
  return /^\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : refuse(option, "a whole number from 1 on", text);
}

export function positiveNumber(option: string, text: string): number {
  return /^\d{1,15}(?:\.\d{1,15})?$/.test(text) && Number(text) > 0
    ? Number(text)
    : refuse(option, "a number above 0, such as 0.5", text);
}

export function oneOf<const Text extends string>(option: string, known: readonly Text[], text: string): Text {
  return known.find((each) => each === text) ?? refuse(option, `one of ${known.join(", ")}`, text);
}

function refuse(option: string, expected: string, got: string): never {
  process.stderr.write(`${option}\n  expected: ${expected}\n  got: ${got}\n`);
  process.exit(2);
}
