// What somebody types is taken as the answer that it is: a fault is told of what has it, and who was quicker keeps what was said.
import { describe, expect, test } from "vitest";
import { AitorError } from "../../base/index.ts";
import { ApprovalQuestion, doubtQuestion, signalQuestion } from "./chat-question.ts";
import { ChatQuestions } from "./chat-questions.ts";
import type { AnyReactAgent } from "../watch/hosted-agent.ts";

const signal = { run: "r", key: "react/#1/pay[1.1]", name: "pay", since: 0 } as const;
const doubt = { ...signal, kind: "step" } as const;
const approval = {
  ...signal,
  tool: "pay",
  args: { euros: 80 },
  hash: "h",
  reason: "it is much",
  expires: 1,
  access: ["money"],
  description: "Pays.",
} as const;

/** Whoever is answered. @param fails With what, once somebody answers. */
function answering(fails?: Error): Pick<AnyReactAgent, "answer" | "approve" | "edit" | "reject"> & {
  readonly taken: unknown[][];
} {
  const taken: unknown[][] = [];
  const take =
    (what: string) =>
    async (_: unknown, ...given: readonly unknown[]): Promise<void> => {
      taken.push([what, ...given]);
      if (fails !== undefined) throw fails;
    };
  return { taken, answer: take("answer"), approve: take("approve"), edit: take("edit"), reject: take("reject") };
}

const notWaiting = (): Error => new AitorError({ code: "not-waiting", message: "nothing waits there" });

describe("of a call in doubt", () => {
  test("each answer is given as it was typed", async () => {
    const agent = answering();
    for (const line of [" again ", 'value {"paid": 80}', "fail no money left"]) {
      expect(await doubtQuestion(doubt, agent).take(line)).toEqual({ said: "answered", isOver: true });
    }
    expect(agent.taken).toEqual([
      ["answer", { again: true }],
      ["answer", { value: { paid: 80 } }],
      ["answer", { fail: "no money left" }],
    ]);
  });

  test("it says why it is asked, and by what the other side may know the call", () => {
    const { lines } = doubtQuestion(
      { ...doubt, why: "it was cut off after 1000\nms", idempotencyKey: "k" },
      answering(),
    );
    expect(lines.slice(0, 2)).toEqual([
      "react/#1/pay[1.1] may or may not have happened: it was cut off after 1000\\nms",
      "    its idempotency key: k",
    ]);
    expect(doubtQuestion(doubt, answering()).lines[0]).toBe("react/#1/pay[1.1] may or may not have happened");
  });

  test("what is no JSON is told, and no answer", async () => {
    const agent = answering();
    const { said, isOver } = await doubtQuestion(doubt, agent).take("value {paid");
    expect(said).toMatch(/^that is not JSON: /);
    expect({ isOver, taken: agent.taken }).toEqual({ isOver: false, taken: [] });
  });

  test("an engine that fails is not taken for a fault of the JSON", async () => {
    const question = doubtQuestion(doubt, answering(new Error("the disk is gone")));
    await expect(question.take('value "paid"')).rejects.toThrow(/^the disk is gone$/);
  });
});

describe("of an approval", () => {
  test("what comes next is asked by the prompt alone", async () => {
    const agent = answering();
    const question = new ApprovalQuestion(approval, agent);
    expect(await question.take("e")).toEqual({ isOver: false });
    expect(question.prefill).toBe('{"euros":80}');
    expect((await question.take("{euros")).said).toMatch(/^that is not JSON: /);
    expect(await question.take("n")).toEqual({ isOver: false });
    expect(await question.take("too\x1bmuch")).toEqual({ said: "refused: too\\x1bmuch", isOver: true });
    expect(agent.taken).toEqual([["reject", "too\x1bmuch"]]);
  });

  test("arguments are approved as they were changed", async () => {
    const agent = answering();
    const answer = await new ApprovalQuestion(approval, agent).take('e {"euros": 60}');
    expect(answer).toEqual({ said: "approved as pay(euros: 60)", isOver: true });
    expect(agent.taken).toEqual([["edit", { euros: 60 }]]);
  });

  test("an answer that does not fit is asked for again", async () => {
    const unfit = new AitorError({ code: "invalid-value", message: "no", expected: "at most 100 euros" });
    const answer = await new ApprovalQuestion(approval, answering(unfit)).take('e {"euros": 101}');
    expect(answer).toEqual({ said: "that was not accepted; expected: at most 100 euros", isOver: false });
  });
});

test("a question of a tool's takes a text as it is, and any other signal JSON where it is some", async () => {
  const agent = answering();
  const asked = signalQuestion({ ...signal, kind: "signal", request: { question: "Which?", choices: ["1"] } }, agent);
  expect(asked.lines).toEqual(["Which?", "    one of: 1"]);
  for (const question of [asked, signalQuestion({ ...signal, kind: "signal" }, agent)]) {
    for (const line of ["1", "all of it"]) await question.take(line);
    expect(await question.take(" ")).toEqual({ said: "nothing was answered", isOver: false });
  }
  expect(agent.taken.map(([, given]) => given)).toEqual([
    { value: "1" },
    { value: "all of it" },
    { value: 1 },
    { value: "all of it" },
  ]);
});

test.each(["y", "n no", 'e {"euros": 60}'])(
  "where somebody else was quicker, %s is not said to be the answer",
  async (line) => {
    const next = { ...doubt, key: "react/#1/pay[1.2]" };
    const agent = {
      ...answering(notWaiting()),
      pending: () => Promise.resolve([{ ...approval, kind: "signal" }, next]),
      approvals: () => Promise.resolve([approval]),
    } as unknown as AnyReactAgent;
    const current: (string | undefined)[] = [];
    const questions = new ChatQuestions(agent, (question) => current.push(question?.key));
    await questions.look();
    expect(await questions.take(line)).toEqual({ said: "it is not asked any more", isOver: true });
    expect(current).toEqual([approval.key, next.key]);
  },
);

test("what is answered while somebody looks at what is waited for is not asked again", async () => {
  let waits = [doubt];
  let listed: Promise<never[]> = Promise.resolve([]);
  const agent = {
    pending: () => Promise.resolve(waits),
    approvals: () => listed,
    answer: async () => void (waits = []),
  } as unknown as AnyReactAgent;
  const current: (string | undefined)[] = [];
  const questions = new ChatQuestions(agent, (question) => current.push(question?.key));
  await questions.look();
  const late = Promise.withResolvers<never[]>();
  listed = late.promise;
  const looking = questions.look();
  expect(await questions.take("again")).toEqual({ said: "answered", isOver: true });
  late.resolve([]);
  await looking;
  expect(current).toEqual([doubt.key, undefined]);
});
