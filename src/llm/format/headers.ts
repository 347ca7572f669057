/** Of a response: an object, or `Headers` and what is like it, such as a `Map`. */
export type GivenHeaders = Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

/** As an object, with names in lower case. */
export function lowerCase(headers: object): Record<string, string> {
  const pairs = isPairs(headers) ? [...headers] : Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** Own properties of `Headers` say nothing. */
function isPairs(headers: object): headers is Iterable<[string, unknown]> {
  return Symbol.iterator in headers && !Array.isArray(headers);
}
