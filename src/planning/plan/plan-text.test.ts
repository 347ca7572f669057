// A plan as text for a prompt, and as a chart:
// - shows what matters most, with its parents, in the order of the plan
// - is never longer than asked for, and says what is not shown
// - cannot be broken by what todos say
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFlowchart } from "../../../test/mermaid-parser.ts";
import { type NewTodo, TodoPlan } from "../index.ts";
import { PRIORITIES } from "./todo.ts";

const trip = TodoPlan.empty()
  .at(1)
  .add([
    { id: "travel", content: "get there", priority: "high" },
    { id: "flights", content: "look for flights", parent: "travel" },
    { id: "book", content: "book one", parent: "travel", dependsOn: ["flights"], assignee: "ada" },
    { id: "pack", content: "pack" },
    { id: "go", content: "go", dependsOn: ["travel", "pack"], priority: "medium" },
  ]).plan;
const failed = trip.at(2).fail("flights", "no network").plan.at(3).skip("pack", "by train").plan;

const texts = fc
  .string({ unit: "binary", minLength: 1, maxLength: 300 })
  .filter((text) => text.trim() !== "" && text.isWellFormed());
const anyPlan = fc
  .array(fc.record({ content: texts, priority: fc.constantFrom(...PRIORITIES), on: fc.nat() }), { maxLength: 20 })
  .map((drawn) => {
    const todos = drawn.map(({ on, ...todo }, index): NewTodo => ({
      ...todo,
      ...(index > 0 && on % 3 === 0 && { dependsOn: [`t${1 + (on % index)}`] }),
      ...(index > 0 && on % 3 === 1 && on % index < 5 && { parent: `t${1 + (on % index)}` }),
    }));
    return TodoPlan.empty({ maxDepth: 64 }).at(1).add(todos).plan;
  });

describe("a text", () => {
  test("has a line for each todo with what decides about it", () => {
    expect(failed.toText()).toBe(
      [
        "2 of 4 over, 0 ready, 1 failed, 2 blocked",
        "travel blocked: get there (high)",
        "  flights failed: look for flights (high; error: no network)",
        "  book blocked: book one (high; after flights; by ada)",
        "pack skipped: pack (reason: by train)",
        "go blocked: go (after travel, pack)",
      ].join("\n"),
    );
    expect(TodoPlan.empty().toText()).toBe("the plan is empty");
  });

  test("leaves out what matters least, and counts it", () => {
    expect(failed.toText({ maxTodos: 3 })).toBe(
      [
        "2 of 4 over, 0 ready, 1 failed, 2 blocked",
        "travel blocked: get there (high)",
        "  flights failed: look for flights (high; error: no network)",
        "  book blocked: book one (high; after flights; by ada)",
        "not shown: 1 blocked, 1 skipped",
      ].join("\n"),
    );
  });

  test("is one line a todo, and never longer than it may be", () => {
    fc.assert(
      fc.property(anyPlan, fc.nat(2_000), fc.integer({ min: -2, max: 25 }), (plan, maxCharacters, maxTodos) => {
        const text = plan.toText({ maxCharacters, maxTodos });
        expect(text.length).toBeLessThanOrEqual(maxCharacters);
        expect(text.isWellFormed()).toBe(true);
        expect(text.split("\n").length).toBeLessThanOrEqual(Math.max(0, maxTodos) + 2);
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
      }),
    );
  });

  test("of 10,000 todos of 10,000 characters is as short as that of one", () => {
    const todos = Array.from({ length: 10_000 }, () => ({ content: "word ".repeat(2_000).trim() }));
    const text = TodoPlan.empty().at(1).add(todos).plan.toText();
    expect(text.length).toBeLessThanOrEqual(6_000);
    expect(text).toMatch(/not shown: 99\d\d ready$/);
  });
});

describe("a chart", () => {
  test("has a box for each todo in the colour of its status, a frame around children, arrows of dependencies", async () => {
    const chart = failed.toMermaid();
    expect(chart).toMatch(
      [
        "flowchart TD",
        '  subgraph n1["travel#58; get there"]',
        '    n2["flights#58; look for flights"]:::failed',
        '    n3["book#58; book one"]:::blocked',
        "  end",
        "  class n1 blocked",
        '  n4["pack#58; pack"]:::skipped',
        '  n5["go#58; go"]:::blocked',
        "  n2 --> n3",
        "  n1 --> n5",
        "  n4 --> n5",
        "  classDef blocked",
      ].join("\n"),
    );
    await parseFlowchart(chart);
  });

  test("says how many are not drawn", async () => {
    const chart = failed.toMermaid({ maxTodos: 2 });
    expect(chart).toMatch('more["3 more"]');
    await parseFlowchart(chart);
    await parseFlowchart(TodoPlan.empty().toMermaid());
  });

  test("cuts no character in half", () => {
    const { plan } = TodoPlan.empty()
      .at(1)
      .add({ content: `${"x".repeat(58)}😀 and more` });
    expect(plan.toMermaid()).not.toContain("\\ud83d");
  });

  test("is read by Mermaid whatever todos say", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (plan) => {
        await parseFlowchart(plan.toMermaid());
      }),
      { numRuns: 40 },
    );
  });
});
