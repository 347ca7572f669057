// What is shown of an action while it is being written
// - is its thought, or its answer where that is a text, whatever it is cut into and what stands around it
// - is nothing of calls, of answers that are values, and of what is no action
import fc from "fast-check";
import { expect, test } from "vitest";
import { ActionText } from "./action-text.ts";

/** In pieces of so many characters. */
function shown(text: string, size: number): string {
  const action = new ActionText();
  let all = "";
  for (let at = 0; at < text.length; at += size) {
    const piece = action.push(text.slice(at, at + size));
    expect(piece.isWellFormed()).toBe(true);
    all += piece;
  }
  return all;
}

test("the text of any action, in pieces of any size", () => {
  const text = fc.string({ unit: "binary" });
  const calls = fc.array(fc.record({ tool: text, input: fc.jsonValue() }), { minLength: 1 });
  const action = fc.oneof(
    fc.record({ action: fc.constant("think" as const), thought: text }),
    fc.record({ action: fc.constant("use_tool" as const), thought: text, calls }),
    fc.record({ action: fc.constant("result" as const), thought: text, answer: text }),
  );
  const around = fc.constantFrom(["", ""], ["```json\n", "\n```"], ["As [1] and {this}: ", ' {"action": "result"}']);
  fc.assert(
    fc.property(
      action,
      around,
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      (written, [before, after], size, escaped) => {
        const plain = JSON.stringify(written, undefined, size % 3);
        const json = escaped
          ? plain.replaceAll(/[^ -~\n]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
          : plain;
        expect(shown(`${before}${json}${after}`, size)).toBe(
          written.action === "result" ? written.answer : written.thought,
        );
      },
    ),
  );
});

test.each([
  ["an answer that is a value", { action: "result", answer: { action: "think", thought: "no" } }],
  ["the arguments of calls", { action: "use_tool", calls: [{ tool: "a", input: { thought: "no", answer: "no" } }] }],
  ["another object", { answer: "no", thought: "no" }],
  ["a list", ["action", "result", "answer", "no"]],
])("nothing of %s", (_, written) => {
  expect(shown(JSON.stringify(written), 3)).toBe("");
});
