import type { EventEnvelope } from "../../base/index.ts";

/** To the fold of a memory, the beginning of a run that was delegated to an agent is the receipt of its message, too. */
export function receiptOf(event: EventEnvelope, agent: string): EventEnvelope {
  const { input: message } = event.data as { readonly input?: unknown };
  return { ...event, type: "message-received", data: { to: { name: agent, id: event.run }, message } };
}
