import { appendFileSync } from "node:fs";
import { defineReactAgent, LLMManager, tool } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";
const slow = tool({ name: "slow", description: "Waits.", access: "read", input: z.object({ ms: z.number() }),
  run: async ({ ms }, step) => { appendFileSync("effects", `slow ${ms}\n`); await new Promise(r => setTimeout(r, ms)); return `waited ${ms}`; } });
const pay = tool({ name: "pay", description: "Pays.", access: "money", effect: "once", input: z.object({ to: z.string(), euros: z.number() }), approval: true,
  run: async ({ to, euros }) => { appendFileSync("effects", `pay ${to} ${euros}\n`); return `paid ${euros} to ${to}`; } } as any);
export default defineReactAgent({ name: "slowpay", tools: [slow, pay],
  llm: new LLMManager({ models: [new MockProvider(({ prompt }: any) => {
    const users = prompt.filter((m: any) => m.role === "user").map((m: any) => m.content.map((p: any) => p.text ?? "").join(" "));
    const last = prompt.at(-1);
    const text = users.at(-1) ?? "";
    if (last.role === "user") {
      const calls: any[] = [];
      for (const [, ms] of text.matchAll(/slow (\d+)/g)) calls.push({ name: "slow", input: { ms: Number(ms) } });
      for (const [, e, to] of text.matchAll(/pay (\d+) to (\S+)/g)) calls.push({ name: "pay", input: { to, euros: Number(e) } });
      if (calls.length && !/then/.test(text)) return { toolCalls: calls };
      if (calls.length) return { toolCalls: [calls[0]] };
      if (/long/.test(text)) return { text: "word ".repeat(200), pause: 20 };
      return { text: `echo ${JSON.stringify(text).slice(0,200)}` };
    }
    const first = users.findLast((u: string) => /then/.test(u));
    if (first && !JSON.stringify(prompt.at(-1)).includes("paid") && !JSON.stringify(prompt.at(-1)).includes('"pay"')) { const m = /pay (\d+) to (\S+)/.exec(first); if (m) return { toolCalls: [{ name: "pay", input: { to: m[2], euros: Number(m[1]) } }] }; }
    return { text: `done: ${JSON.stringify(last.content.map((p: any) => p.output ?? p.text)).slice(0, 300)}` };
  })] }) });
