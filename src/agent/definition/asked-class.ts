/** An agent of a class, as seen by those who send it messages. */
export interface AskedAgent {
  ask(...call: never[]): Promise<unknown>;
}

/** A class that extends `Aitor`, used as the receiver of a message. */
export type AskedClass<Instance extends AskedAgent = AskedAgent> = new (place: never) => Instance;

/** The message type of agents of a class. */
export type MessageOf<Instance extends AskedAgent> = Parameters<Instance["ask"]>[0];

/** The reply type of agents of a class. */
export type ReplyOf<Instance extends AskedAgent> = Awaited<ReturnType<Instance["ask"]>>;
