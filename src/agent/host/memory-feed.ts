import { type MessageKey, recordError } from "../../base/index.ts";
import type { AgentFeed } from "./agent-feed.ts";
import type { MemoryPlace } from "../memory/agent-memory.ts";
import { agentStream } from "../definition/agent-stream.ts";
import type { MemoryEvent } from "../definition/memory-events.ts";

/** Tells a feed what happens to memories. */
export function memoryFeed(
  feed: AgentFeed,
  now: () => number,
): Pick<MemoryPlace, "onEvent" | "onLeftOut" | "onUnfoldable"> {
  return {
    onEvent: (agent, event) => {
      if (!feed.idle || event.type === "memory-set-aside") tell(feed, agent, event);
    },
    onLeftOut: (agent, error) => feed.tell({ type: "memory-left-out", agent, at: now(), error: recordError(error) }),
    onUnfoldable: (agent, { run, seq }, thrown) =>
      feed.tell({ type: "event-left-out", agent, at: now(), run, seq, error: recordError(thrown) }),
  };
}

function tell(feed: AgentFeed, agent: MessageKey, event: MemoryEvent): void {
  const { seq, at } = event;
  switch (event.type) {
    case "memory-changed": {
      const run = event.run === agentStream(agent) ? undefined : event.run;
      return feed.tell({ type: "memory-changed", agent, at, seq, run, patches: event.data.patches });
    }
    case "memory-set-aside": {
      const { good, error } = event.data;
      return feed.tell({ type: "memory-set-aside", agent, at, seq, good, error });
    }
    case "history-begun":
      return; // Memory is what it was.
    case "run-folded":
      return feed.tell({ type: "memory-changed", agent, at, seq, run: event.run, patches: [] });
  }
}
