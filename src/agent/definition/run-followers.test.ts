// Those who follow the runs of a host
// - are forgotten with what a run's handler wants to be told, when the run ends, be it that the handler does not
import { expect, test } from "vitest";
import type { EngineEvent } from "../../engine/index.ts";
import { stage } from "../agent.fixture.ts";
import { defineAgent } from "./agent-definition.ts";
import { RunFollowers } from "./run-followers.ts";

test("a run that has ended has nobody to be told, though its handler never ends", () => {
  const followers = new RunFollowers(() => 0);
  const run = "agent/a/m";
  followers.onRest(run, () => {});
  followers.present(run, () => "so far");
  expect(followers.idle).toBe(false);
  const error = { name: "Error", message: "enough" };
  followers.recorded({
    v: 1,
    stream: run,
    seq: 1,
    at: 0,
    run,
    key: "",
    type: "run-cancelled",
    data: { error },
  } as EngineEvent);
  expect(followers.idle).toBe(true);
  const told: unknown[] = [];
  followers.follow(run, (followed) => void told.push(followed));
  expect(told).toEqual([]);
});

test("what a handler that never ends would tell is forgotten with its run, also where nobody follows anything", async () => {
  const { host, clock } = stage();
  const hangs = defineAgent({
    name: "hangs",
    memory: () => 0,
    onReceive: (_: string, ctx) => {
      ctx.feed.onFollow(() => "so far");
      return new Promise<void>(() => {});
    },
  });
  const agent = await host.open(hangs, "a");
  await agent.tell("x", { id: "m" });
  await clock.advance(0);
  await agent.cancel("hangs/a/m");
  const told: unknown[] = [];
  host.runs.follow("hangs/a/m", (followed) => void told.push(followed));
  expect(told).toEqual([]);
});
