/** An id as an argument of a command line that may be typed in a shell: who names an agent may be a stranger. */
export function typedArgument(id: string): string {
  return `'${id.replaceAll("'", "'\\''")}'`;
}
