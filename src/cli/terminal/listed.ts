const LONGEST = 20;

/** Names in a line; of very many the first ones. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, LONGEST).join(", ");
  return names.length > LONGEST ? `${shown} and ${names.length - LONGEST} more` : shown;
}
