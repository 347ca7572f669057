// - every history becomes a prompt that is legal for each family of providers
// - a prompt that is extended is the prompt of the whole history; what was compiled before is not touched again
// - what was changed is reported; a legal history is left as it is
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyHistory, anyMessage } from "../history.fixture.ts";
import { promptFaults } from "./legality.ts";
import {
  assistantMessage,
  type FilePart,
  type Message,
  systemMessage,
  toolMessage,
  userMessage,
} from "../format/message.ts";
import type { FileKind, PromptMessage } from "../format/prompt.ts";
import { PromptCache } from "./prompt-cache.ts";
import { type CompiledPrompt, PromptCompiler } from "./prompt-compiler.ts";
import { type FamilyName, familyNamed } from "../format/prompt-family.ts";

const families: FamilyName[] = ["generic", "anthropic", "openai", "google", "mistral"];
const compile = (messages: readonly Message[], family: FamilyName = "anthropic"): CompiledPrompt =>
  new PromptCompiler(familyNamed(family), family).extend(messages);
const kinds = ({ repairs }: CompiledPrompt): string[] =>
  repairs.map(({ kind, about }) => (about ? `${kind} ${about}` : kind));
const roles = ({ entries }: CompiledPrompt): string => entries.map(({ role }) => role).join(" ");

const call = (id: string, name = "add"): { type: "tool-call"; id: string; name: string; input: unknown } => ({
  type: "tool-call",
  id,
  name,
  input: { a: 1 },
});
const answer = (id: string, text: string, name = "add"): Parameters<typeof toolMessage>[0][number] => ({
  id,
  name,
  output: { type: "text", text },
});
const results = (entry: PromptMessage | undefined): unknown[] =>
  entry?.role === "tool" ? entry.content.map(({ toolCallId, output }) => [toolCallId, output]) : [];

describe.each(families)("for %s", (family) => {
  test("every history becomes a legal prompt", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(promptFaults(compile(history, family).entries, family)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("and one without the files that a model does not take, which the repairs tell", () => {
    const takesFile = ({ role, mediaType, given }: FileKind): boolean =>
      role !== "assistant" && mediaType === "image/png" && given === "bytes";
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { entries, repairs } = new PromptCompiler(familyNamed(family), family, takesFile).extend(history);
        expect(promptFaults(entries, family)).toEqual([]);
        const text = JSON.stringify(entries);
        expect(text).not.toMatch(/"mediaType":"(audio|application|text|video)/);
        const told = repairs.filter(({ kind }) => kind === "file-told").length;
        expect(text.split("is not shown: this model does not take it.")).toHaveLength(told + 1);
      }),
      { numRuns: 200 },
    );
  });

  test("whatever appending, aborting, pruning and switching make of it, in one cache", () => {
    const change = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant("append" as const), message: anyMessage }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), from: fc.nat(10), count: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), count: fc.nat(4) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("other" as const), family: fc.constantFrom(...families) }),
      },
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const caches = new Map(families.map((name) => [name, new PromptCache(familyNamed(name), name)]));
        let history: Message[] = [];
        let now = family;
        for (const each of changes) {
          if (each.kind === "append") history = [...history, each.message];
          if (each.kind === "drop") history = history.toSpliced(each.from, each.count);
          if (each.kind === "cut") history = history.slice(0, Math.max(0, history.length - each.count));
          if (each.kind === "other") now = each.family;
          const compiled = caches.get(now)?.compile(history);
          expect(promptFaults(compiled?.entries ?? [], now)).toEqual([]);
          expect(compiled).toEqual(compile(history, now));
        }
      }),
      { numRuns: 150 },
    );
  });

  test("a legal history is left as it is", () => {
    const history = [
      systemMessage("Be brief."),
      userMessage("1 + 1?"),
      assistantMessage([{ type: "text", text: "Let me see." }, call("abcdefgh1"), call("abcdefgh2")]),
      toolMessage([answer("abcdefgh1", "2"), answer("abcdefgh2", "3")]),
      assistantMessage("2"),
      userMessage("Thanks."),
    ];
    const compiled = compile(history, family);
    expect(compiled.repairs).toEqual([]);
    expect(roles(compiled)).toBe("system user assistant tool assistant user");
    expect(compiled.systems).toBe(1);
  });
});

describe("calls and results", () => {
  test("a call without a result is answered", () => {
    const compiled = compile([
      userMessage("hi"),
      assistantMessage([call("c1"), call("c2")]),
      toolMessage([answer("c2", "5")]),
      userMessage("?"),
    ]);
    expect(kinds(compiled)).toEqual(["call-answered c1"]);
    expect(results(compiled.entries[2])).toEqual([
      ["c1", { type: "error-text", value: expect.stringContaining("cut off") as string }],
      ["c2", { type: "text", value: "5" }],
    ]);
  });

  test("a result without a call is removed, and a second one", () => {
    const compiled = compile([
      userMessage("hi"),
      toolMessage([answer("c0", "1")]),
      assistantMessage([call("c1")]),
      toolMessage([answer("c1", "1"), answer("c1", "2")]),
    ]);
    expect(kinds(compiled)).toEqual(["result-removed c0", "result-removed c1"]);
    expect(roles(compiled)).toBe("user assistant tool");
  });

  test("ids that are used again pair by turn, then by position", () => {
    const compiled = compile([
      userMessage("hi"),
      assistantMessage([call("c"), call("c")]),
      toolMessage([answer("c", "first"), answer("c", "second")]),
      assistantMessage([call("c")]),
      toolMessage([answer("c", "third")]),
    ]);
    expect(kinds(compiled)).toEqual(["id-changed c", "id-changed c"]);
    expect(results(compiled.entries[2])).toEqual([
      ["c", { type: "text", value: "first" }],
      ["call_1", { type: "text", value: "second" }],
    ]);
    expect(results(compiled.entries[4])).toEqual([["call_2", { type: "text", value: "third" }]]);
  });

  test("a result that comes after other messages stands behind its call", () => {
    const compiler = new PromptCompiler(familyNamed("anthropic"), "anthropic");
    const history = [
      userMessage("hi"),
      assistantMessage([call("a"), call("b")]),
      toolMessage([answer("a", "1")]),
      userMessage("and?"),
    ];
    expect(kinds(compiler.extend(history))).toEqual(["call-answered b"]);
    const compiled = compiler.extend([...history, toolMessage([answer("b", "2")])]);
    expect(kinds(compiled)).toEqual(["result-moved b"]);
    expect(roles(compiled)).toBe("user assistant tool user");
    expect(results(compiled.entries[2])).toEqual([
      ["a", { type: "text", value: "1" }],
      ["b", { type: "text", value: "2" }],
    ]);
  });
});

describe("what only one provider can read", () => {
  const reasoned = (provider: string): Message => ({
    ...assistantMessage([
      { type: "reasoning", text: "hm", metadata: { anthropic: { signature: "sig" } } },
      { type: "text", text: "yes", metadata: { anthropic: { cited: 1 } } },
    ]),
    from: { provider, model: "m" },
  });

  test("goes back to it verbatim", () => {
    const { entries } = compile([userMessage("hi"), reasoned("anthropic"), userMessage("?")]);
    expect(entries[1]).toEqual({
      role: "assistant",
      content: [
        { type: "reasoning", text: "hm", providerOptions: { anthropic: { signature: "sig" } } },
        { type: "text", text: "yes", providerOptions: { anthropic: { cited: 1 } } },
      ],
    });
  });

  test("is sent to no other", () => {
    const compiled = compile([userMessage("hi"), reasoned("anthropic"), userMessage("?")], "openai");
    expect(compiled.entries[1]).toEqual({ role: "assistant", content: [{ type: "text", text: "yes" }] });
    expect(kinds(compiled)).toEqual(["foreign-removed reasoning"]);
  });

  test("reasoning without a signature, or with nothing behind it, is left out", () => {
    const cut = assistantMessage([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "a" },
      { type: "reasoning", text: "so", metadata: { anthropic: { signature: "s" } } },
    ]);
    const compiled = compile([userMessage("hi"), cut, userMessage("?")]);
    expect(compiled.entries[1]).toEqual({ role: "assistant", content: [{ type: "text", text: "a" }] });
    expect(kinds(compiled)).toEqual(["reasoning-removed", "reasoning-removed"]);
  });
});

test("a model's own file goes back to Google, as bytes, and to none that has no place for it", () => {
  const png = { type: "file", mediaType: "image/png" } as const;
  const drawn = assistantMessage([{ ...png, base64: "aGk=" }]);
  const linked = assistantMessage([{ ...png, url: "https://example.com/a.png" }]);
  const history = [userMessage("Draw."), drawn, userMessage("Again."), linked, userMessage("Which is better?")];
  const google = compile(history, "google");
  expect(roles(google)).toBe("user assistant user");
  expect(kinds(google)).toEqual(["file-removed image/png"]);
  for (const family of ["anthropic", "mistral"] as const) {
    expect(roles(compile(history, family))).toBe("user");
    expect(kinds(compile(history, family))).toEqual(["file-removed image/png", "file-removed image/png"]);
  }
  expect(roles(compile(history, "openai"))).toBe("user user user");
});

test.each(families)("a file that another provider's model wrote is not sent to %s", (family) => {
  const drawn = assistantMessage([{ type: "file", mediaType: "image/png", base64: "aGk=" }]);
  const history = [userMessage("Draw."), { ...drawn, from: { provider: "acme", model: "m" } }, userMessage("Colour?")];
  const compiled = compile(history, family);
  expect(roles(compiled)).not.toContain("assistant");
  expect(kinds(compiled)).toEqual(["file-removed image/png"]);
});

test("a later system message is the user's where the provider takes none", () => {
  const history = [
    systemMessage("a"),
    systemMessage("b"),
    userMessage("hi"),
    systemMessage("Be quick."),
    assistantMessage("ok"),
  ];
  expect(roles(compile(history, "openai"))).toBe("system system user system assistant");
  const compiled = compile(history, "generic");
  expect(roles(compiled)).toBe("system user assistant user");
  expect(compiled.entries[0]).toEqual({ role: "system", content: "a\n\nb" });
  expect(compiled.entries[1]).toMatchObject({ content: [{ text: "hi" }, { text: "<system>\nBe quick.\n</system>" }] });
  expect(kinds(compiled)).toEqual(["system-told", "user-added"]);
});

test("half characters in a call's input and in a result are mended, and what has none is left as it is", () => {
  const history = (tail: string): Message[] => [
    userMessage("hi"),
    { ...assistantMessage(""), parts: [{ ...call("c"), input: { [`k${tail}`]: ["x", { s: `x${tail}` }] } }] },
    toolMessage([{ id: "c", name: "add", output: { type: "json", value: { s: [`y${tail}`, 1] } } }]),
  ];
  const broken = compile(history("\ud83d"));
  expect(broken.entries[1]).toMatchObject({ content: [{ input: { "k\ufffd": ["x", { s: "x\ufffd" }] } }] });
  expect(results(broken.entries[2])).toMatchObject([["c", { type: "json", value: { s: ["y\ufffd", 1] } }]]);
  expect(kinds(broken)).toEqual(["text-mended", "text-mended c"]);
  const whole = compile(history("!"));
  expect(whole.entries[1]).toMatchObject({ content: [{ input: { "k!": ["x", { s: "x!" }] } }] });
  expect(kinds(whole)).toEqual([]);
});

test("half characters in the names of files are mended, the user's and those that tools gave", () => {
  const file: FilePart = { type: "file", mediaType: "audio/mpeg", base64: "aGk=", name: "memo \ud83d.mp3" };
  const history = [
    userMessage([file]),
    { ...assistantMessage(""), parts: [call("c")] },
    toolMessage([{ id: "c", name: "add", output: { type: "parts", parts: [file] } }]),
  ];
  const compiled = compile(history);
  expect(compiled.entries[0]).toMatchObject({ content: [{ filename: "memo \ufffd.mp3" }] });
  expect(results(compiled.entries[2])).toMatchObject([["c", { value: [{ filename: "memo \ufffd.mp3" }] }]]);
  expect(kinds(compiled)).toEqual(["text-mended", "text-mended c"]);
});

test("an empty history is one message of the user", () => {
  expect(roles(compile([]))).toBe("user");
});

describe("a prompt that is extended", () => {
  test("does not convert its messages again", () => {
    let conversions = 0;
    const counted = (message: Message): Message =>
      new Proxy(message, {
        get: (target, key, receiver): unknown => (
          (conversions += key === "parts" ? 1 : 0),
          Reflect.get(target, key, receiver)
        ),
      });
    const cache = new PromptCache(familyNamed("anthropic"), "anthropic");
    let history: Message[] = [];
    const step = (): number => {
      const before = conversions;
      history = [
        ...history,
        counted(userMessage("a")),
        counted(assistantMessage([call("x")])),
        counted(toolMessage([answer("x", "1")])),
      ];
      cache.compile(history);
      return conversions - before;
    };
    step();
    const second = step();
    for (let index = 0; index < 200; index++) step();
    expect(step()).toBe(second);
  });

  test("leaves a history that went on from the same message alone", () => {
    const cache = new PromptCache(familyNamed("anthropic"), "anthropic");
    const common = [
      systemMessage("s"),
      userMessage("hi"),
      assistantMessage([call("a")]),
      toolMessage([answer("a", "1")]),
    ];
    const left = [...common, assistantMessage("left"), userMessage("l")];
    const right = [...common, assistantMessage("right"), userMessage("r")];
    cache.compile(common);
    for (const history of [left, right, left, right, common]) expect(cache.compile(history)).toEqual(compile(history));
  });

  test("has all messages of a history that was refused before, for one behind them", () => {
    const cache = new PromptCache(familyNamed("anthropic"), "anthropic");
    const start = [userMessage("hi"), assistantMessage([call("a")])];
    cache.compile(start);
    const lacking = { ...userMessage("?"), parts: undefined } as unknown as Message;
    const cyclic: Record<string, unknown> = {};
    cyclic["itself"] = cyclic;
    const endless = assistantMessage([{ ...call("b"), input: cyclic }]);
    for (const wrong of [lacking, endless]) {
      const history = [...start, toolMessage([answer("a", "1")]), userMessage("and?"), wrong];
      expect(() => cache.compile(history)).toThrow();
      history.pop();
      expect(cache.compile(history)).toEqual(compile(history));
      expect(cache.compile(history.slice())).toEqual(compile(history));
    }
  });

  test("has the hash of what its messages say, whatever their ids", () => {
    const history = (text: string): Message[] => [userMessage("hi"), assistantMessage(text), userMessage("?")];
    expect(compile(history("a")).hash).toBe(compile(history("a")).hash);
    expect(compile(history("a")).hash).not.toBe(compile(history("b")).hash);
  });
});

test("the checker finds files that are empty, and an assistant's where nobody reads them", () => {
  const png = { type: "file", mediaType: "image/png" } as const;
  const drawn = { ...png, data: { type: "data", data: "aGk=" } } as const;
  const linked = { ...png, data: { type: "url", url: new URL("https://example.com/a.png") } } as const;
  const prompt = (...content: (typeof drawn | typeof linked)[]): PromptMessage[] => [
    { role: "user", content: [linked] },
    { role: "assistant", content },
    { role: "user", content: [drawn] },
  ];
  expect(promptFaults(prompt(drawn), "google")).toEqual([]);
  expect(promptFaults(prompt(linked), "google")).toEqual(["[1].content[0]: a file of the assistant's, by url"]);
  expect(promptFaults(prompt(drawn), "anthropic")).toEqual(["[1].content[0]: a file of the assistant's, by data"]);
  const empty = { ...png, data: { type: "data", data: new Uint8Array() } } as const;
  const hollow = { ...png, data: { type: "blob", blob: { blob: "b1", size: 0 } } } as const;
  expect(promptFaults([{ role: "user", content: [empty, hollow] }], "openai")).toEqual([
    "[0].content[0]: a file without bytes",
    "[0].content[1]: a file without bytes",
  ]);
});

test("the checker takes reasoning that is signed by its provider, OpenAI's by Azure too", () => {
  const signed = (provider: string, field: string): PromptMessage[] => [
    { role: "user", content: [{ type: "text", text: "hi" }] },
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "hm", providerOptions: { [provider]: { [field]: "x" } } },
        { type: "text", text: "ok" },
      ],
    },
    { role: "user", content: [{ type: "text", text: "and?" }] },
  ];
  expect(promptFaults(signed("anthropic", "signature"), "anthropic")).toEqual([]);
  expect(promptFaults(signed("openai", "itemId"), "openai")).toEqual([]);
  expect(promptFaults(signed("azure", "itemId"), "openai")).toEqual([]);
});

test("the checker finds what is wrong", () => {
  const bad: PromptMessage[] = [
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "a b", toolName: "x.y", input: 1 }] },
    { role: "user", content: [{ type: "text", text: " " }] },
    { role: "user", content: [] },
    {
      role: "user",
      content: [{ type: "file", mediaType: "a/b", filename: "\ud83d", data: { type: "data", data: "aGk=" } }],
    },
    { role: "system", content: "late" },
    { role: "tool", content: [] },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "x", input: { a: ["\ud83d"] } }] },
    {
      role: "tool",
      content: [
        { type: "tool-result", toolCallId: "c", toolName: "x", output: { type: "json", value: { "\ud83d": 1 } } },
      ],
    },
    { role: "assistant", content: [{ type: "reasoning", text: "hm" }] },
  ];
  const faults = promptFaults(bad, "anthropic").join("\n");
  for (const part of [
    "begins with assistant",
    "ends with the assistant",
    "user after user",
    "system message inside",
    "empty text",
    "no content",
    "results behind no calls",
    "the id a b",
    "name x.y",
    "no object",
    "nothing follows",
    "without its signature",
    "followed by the results",
    "half a character in an input",
    "half a character in a result",
    "half a character in a file's name",
  ]) {
    expect(faults).toContain(part);
  }
});
