/** An agent of a class, as far as those who send it messages are concerned. */
export interface AskedAgent {
  ask(...call: never[]): Promise<unknown>;
}

/** A class that extends Aitor, as the receiver of a message. */
export type AskedClass<Instance extends AskedAgent = AskedAgent> = new (place: never) => Instance;

/** What agents of a class take. */
export type MessageOf<Instance extends AskedAgent> = Parameters<Instance["ask"]>[0];

/** What they reply. */
export type ReplyOf<Instance extends AskedAgent> = Awaited<ReturnType<Instance["ask"]>>;
