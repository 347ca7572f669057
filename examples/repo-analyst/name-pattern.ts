/**
 * Whether a name matches a pattern: `*` stands for anything, `?` for one character; upper and lower case are the same. It
 * takes at most the product of both lengths, whatever they are.
 */
export function matchesName(name: string, pattern: string): boolean {
  const text = Array.from(name.toLowerCase());
  const wanted = Array.from(pattern.toLowerCase());
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (wanted[next] === "*") {
      star = next++;
      resume = at;
    } else if (next < wanted.length && (wanted[next] === "?" || wanted[next] === text[at])) {
      next++;
      at++;
    } else if (star !== -1) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (wanted[next] === "*") next++;
  return next === wanted.length;
}

/** Whether a file matches one of these; all do where there are none. A pattern with "/" is of the path, else of the name. */
export function matchesAny(
  { path, name }: { readonly path: string; readonly name: string },
  patterns?: readonly string[],
): boolean {
  return patterns?.some((pattern) => matchesName(pattern.includes("/") ? path : name, pattern)) ?? true;
}
