/** An argument as it may be typed in a shell. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
