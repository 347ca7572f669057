import { z } from "zod";
import type { Contender } from "./contender.ts";
import { sinks, sum } from "./graphs.ts";
import { add, pieces } from "./work.ts";

/** By hand: loops and promises, with no events, no names, nothing that could be resumed. */
export const contender: Contender = {
  agent: (turns) => {
    const schema = z.object({ a: z.number(), b: z.number() });
    return async () => {
      const messages: unknown[] = [{ role: "user", content: "Add." }];
      for (let turn = 0; ; turn++) {
        const reply = await Promise.resolve(turn < turns - 1 ? { call: { a: turn, b: 1 } } : { text: "done" });
        messages.push(reply);
        if (reply.call === undefined) return reply.text;
        messages.push({ role: "tool", content: add(schema.parse(reply.call)) });
      }
    };
  },
  flow: (shape) => {
    const exits = sinks(shape);
    return () => {
      const results: Promise<number>[] = [];
      const of = (index: number): Promise<number> => results[index] as Promise<number>;
      for (const parents of shape.parents) {
        if (parents.length === 0) results.push(sum(1));
        else if (parents.length === 1) results.push(of(parents[0] as number).then(sum));
        else results.push(Promise.all(parents.map(of)).then((inputs) => sum(...inputs)));
      }
      return Promise.all(exits.map(of));
    };
  },
  stream: () => async () => {
    let length = 0;
    for await (const text of pieces()) length += text.length;
    return length;
  },
};
