import type { Ledger } from "./ledger.ts";
import type { Life } from "./life.ts";
import type { Sending } from "./plan.ts";

/** What a client was told of a message. */
export interface Acknowledged {
  readonly sending: Sending;
  /** Of an ask: the reply, or what it failed with. */
  readonly reply?: unknown;
  readonly failure?: string;
}

/** Sends its messages one after the other, each again and again until it is acknowledged, whichever process that takes. */
export class Client {
  readonly acknowledged: Acknowledged[] = [];
  readonly #sendings: readonly Sending[];
  readonly #ledger: Ledger;

  constructor(sendings: readonly Sending[], ledger: Ledger) {
    this.#sendings = sendings;
    this.#ledger = ledger;
    for (const sending of sendings) {
      if (sending.to !== "solver") continue;
      const { id, tokens, usd, steps } = sending;
      ledger.accounts.set(id, { tokens, usd, steps, calls: [] });
    }
  }

  get done(): boolean {
    return this.acknowledged.length === this.#sendings.length;
  }

  /** Goes on in a process, until it is done or the process is dead. */
  async live(life: Life): Promise<void> {
    for (;;) {
      const sending = this.#sendings[this.acknowledged.length];
      if (sending === undefined) return;
      await life.pause("client");
      try {
        const reply = await send(life, sending);
        this.acknowledged.push({ sending, ...(reply !== undefined && { reply }) });
      } catch (error) {
        const { message } = error as Error;
        if (isMeant(sending, message)) this.acknowledged.push({ sending, failure: message });
        else if (!isFull(error)) this.#ledger.faults.push(`${sending.id} was refused: ${message}`);
        // In this process it cannot be sent.
        if (life.journal.failed) return;
      }
    }
  }
}

/** The disk is, or the agent stands still since it was. */
function isFull(error: unknown): boolean {
  return error instanceof Error && (error.message === "the disk is full" || isFull(error.cause));
}

function isMeant(sending: Sending, message: string): boolean {
  return sending.to === "worker" && sending.job.fails && message === `cannot ${sending.id}`;
}

/** @returns The reply, where one is waited for. */
async function send(life: Life, sending: Sending): Promise<unknown> {
  const { id } = sending;
  if (sending.to === "solver") {
    const { agent, tokens, usd, steps } = sending;
    const limits = { steps, ...(tokens !== undefined && { tokens }), ...(usd !== undefined && { usd }) };
    return life.solvers[agent]?.solve(`problem ${id}: solve it`, { id, limits });
  }
  const { how } = sending;
  const options = how === "later" ? { id, delay: 30 } : { id };
  const asks = how === "ask";
  let reply: unknown;
  if (sending.to === "worker") {
    const agent = life.workers[sending.agent] as (typeof life.workers)[number];
    reply = await (asks ? agent.ask(sending.job, { id }) : agent.tell(sending.job, options));
  } else {
    const agent = life[sending.to];
    reply = await (asks ? agent.ask(id, { id }) : agent.tell(id, options));
  }
  if (how === "cancel") await life.host.cancel(runOf(sending));
  return asks ? reply : undefined;
}

/** The run that handles it. */
export function runOf(sending: Sending): string {
  const agent = "agent" in sending ? sending.agent : 0;
  return `${sending.to}/${agent}/${sending.id}`;
}
