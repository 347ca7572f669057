import { activeLog, callSafely, loggedError, messageOf, recordError } from "../base/index.ts";
import type { EngineEvent } from "../engine/index.ts";

/** What followers of a run are told: an event of its record, or something that is on none. */
export type FollowedEvent =
  | { readonly kind: "recorded"; readonly event: EngineEvent }
  | { readonly kind: "published"; readonly event: unknown };

export type FollowListener = (followed: FollowedEvent) => void;

/** What the handler of a message tells those who follow its run. */
export interface RunFeed {
  /** Somebody is there to be told. */
  readonly followed: boolean;
  /** Tells something that is never journaled. With nobody there it costs nothing. */
  publish(event: unknown): void;
  /** What somebody is told first who comes while the handler is at work. Nothing for nothing. */
  onFollow(present: (() => unknown) | undefined): void;
}

interface Followed {
  readonly listeners: Set<{ readonly listener: FollowListener }>;
  present: (() => unknown) | undefined;
}

/** Those who follow runs of a host. */
export class RunFollowers {
  readonly #runs = new Map<string, Followed>();
  readonly #now: () => number;
  #listeners = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Nobody follows anything. */
  get idle(): boolean {
    return this.#listeners === 0;
  }

  /** @returns Ends it. Harmless the second time. */
  follow(run: string, listener: FollowListener): () => void {
    const follower = { listener };
    const followed = this.#of(run);
    followed.listeners.add(follower);
    this.#listeners++;
    const present = followed.present?.();
    if (present !== undefined) this.#tell(follower, { kind: "published", event: present });
    return () => {
      if (!followed.listeners.delete(follower)) return;
      this.#listeners--;
      this.#forgetIfIdle(run, followed);
    };
  }

  recorded(event: EngineEvent): void {
    const followed = this.#runs.get(event.run);
    if (followed === undefined) return;
    for (const follower of followed.listeners) this.#tell(follower, { kind: "recorded", event });
  }

  feed(run: string): RunFeed {
    const runs = this.#runs;
    return {
      get followed() {
        return (runs.get(run)?.listeners.size ?? 0) > 0;
      },
      publish: (event) => {
        for (const follower of runs.get(run)?.listeners ?? []) this.#tell(follower, { kind: "published", event });
      },
      onFollow: (present) => {
        const followed = this.#of(run);
        followed.present = present;
        this.#forgetIfIdle(run, followed);
      },
    };
  }

  #of(run: string): Followed {
    let followed = this.#runs.get(run);
    if (followed === undefined) this.#runs.set(run, (followed = { listeners: new Set(), present: undefined }));
    return followed;
  }

  #forgetIfIdle(run: string, { listeners, present }: Followed): void {
    if (listeners.size === 0 && present === undefined) this.#runs.delete(run);
  }

  #tell({ listener }: { readonly listener: FollowListener }, followed: FollowedEvent): void {
    callSafely(listener, followed, (thrown) => {
      const message = `somebody who follows a run failed: ${messageOf(thrown)}`;
      activeLog()?.write("error", "agent", this.#now(), message, { error: loggedError(recordError(thrown)) });
    });
  }
}
