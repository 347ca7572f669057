// One life of a host: 100 agents are woken, spoken to, watched, cancelled, rest and are woken again; then it is shut down.
import { setTimeout as sleep } from "node:timers/promises";

import { AitorHost } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { Folded, model, Patched, Thinking } from "./agents.ts";

/** Changes of an agent's memory that are kept. */
export const HISTORY = 10;

export interface CycleOptions {
  readonly journal: string;
  readonly agents: number;
  /** How long it lives. */
  readonly ms: number;
  /** Given to all that takes one. */
  readonly signal: AbortSignal;
  /** Whoever is told of anything is put here. */
  readonly told: WeakRef<object>[];
}

export interface CycleFigures {
  readonly messages: number;
  readonly wakes: number;
}

export async function cycle({ journal: path, agents, ms, signal, told }: CycleOptions): Promise<CycleFigures> {
  await using journal = sqliteJournal(path, { retain: { count: 200 } });
  // Fewer awake than there are, ids known for no longer than a moment, and short histories: agents rest and wake, and what came
  // before may be forgotten.
  const options = {
    awake: Math.ceil(agents / 5),
    restAfter: 20,
    dedupe: "1s",
    recovering: 8,
    history: HISTORY,
  } as const;
  await using host = new AitorHost({ journal, agents: [Patched, Folded, Thinking], ...options });
  let wakes = 0;
  let messages = 0;
  const stops = [
    host.observe(heard(({ type }: { readonly type: string }) => void (type === "agent-woke" && wakes++), told)),
  ];
  const until = performance.now() + ms;
  const speak = async (n: number): Promise<void> => {
    for (let round = 0; performance.now() < until; round++) {
      const text = `${n}/${round}`;
      if (n % 5 === 0) {
        const agent = await host.open(Thinking, String(n));
        const stream = agent.stream(text, { signal });
        stops.push(agent.observe(heard(() => {}, told)));
        // Some watch to the end, some leave, and some cancel.
        for await (const { type } of stream) if (round % 3 !== 0 && type === "tool-finished") break;
        if (round % 3 === 2) await stream.cancel();
        await stream.result;
      } else if (n % 5 < 3) await (await host.open(Patched, String(n))).ask(text, { signal });
      else await (await host.open(Folded, String(n))).ask(text, { signal });
      messages++;
      await sleep(round % 5 === 4 ? 60 : 0); // it may rest
    }
  };
  await Promise.all(Array.from({ length: agents }, (_, n) => speak(n)));
  for (const stop of stops) stop();
  await host.shutdown();
  model.calls.length = 0;
  return { messages, wakes };
}

function heard<Listener extends object>(listener: Listener, told: WeakRef<object>[]): Listener {
  told.push(new WeakRef(listener));
  return listener;
}
