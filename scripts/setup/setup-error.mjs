/** A failure that the person at the keyboard can mend: what was expected, what came, what to do. */
export class SetupError extends Error {
  constructor({ expected, got, fix }) {
    super([`setup failed`, `  expected: ${expected}`, `  got:      ${got}`, `  to do:    ${fix}`].join("\n"));
    this.name = "SetupError";
  }
}
