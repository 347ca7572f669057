/**
 * A call of a tool, in a few words, by what it gave: the process that made the call may not be the one in which it was asked
 * for.
 */
export function callText(tool: string, value: unknown): string {
  const { path, by, byText } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const [first] = Array.isArray(byText) ? (byText as readonly { readonly text: string }[]) : [];
  const words = [tool, typeof path === "string" && path !== "." ? path : "", first?.text ?? ""];
  return [...words, typeof by === "string" ? `by ${by}` : ""].filter((word) => word !== "").join(" ");
}
