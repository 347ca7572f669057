import { callSafely, logFailure } from "../../base/index.ts";
import { type EngineEvent, endsRun } from "../../engine/index.ts";

/** What a follower of a run gets of it and of the runs below it: an event of a record, or something that is never recorded. */
export type FollowedEvent =
  | { readonly kind: "recorded"; readonly run: string; readonly event: EngineEvent }
  | { readonly kind: "published"; readonly run: string; readonly event: unknown };

export type FollowListener = (followed: FollowedEvent) => void;

/** Publishes events from the handler of a message to those who follow its run. */
export interface RunFeed {
  /** Whether anybody follows the run. */
  readonly followed: boolean;
  /** Publishes an event that is never journaled. It costs nothing if nobody follows. */
  publish(event: unknown): void;
  /** Sets what a new follower gets first while the handler is at work. `undefined` means nothing. */
  onFollow(present: (() => unknown) | undefined): void;
}

interface Followed {
  /** Made with the first: nobody follows most runs. */
  listeners: Set<{ readonly listener: FollowListener }> | undefined;
  present: (() => unknown) | undefined;
  rest: ((resting: boolean) => void) | undefined;
  resting: boolean;
}

/** Those who follow runs of a host. */
export class RunFollowers {
  readonly #runs = new Map<string, Followed>();
  readonly #now: () => number;
  /** Those who want to be told of what is recorded. */
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
    const listeners = (followed.listeners ??= new Set());
    listeners.add(follower);
    this.#listeners++;
    for (const [below, { present }] of this.#runs) {
      if (present === undefined || (below !== run && !below.startsWith(`${run}/`))) continue;
      this.#call(() => {
        const event = present();
        if (event !== undefined) listener({ kind: "published", run: below, event });
      }, undefined);
    }
    return () => {
      if (!listeners.delete(follower)) return;
      this.#listeners--;
      this.#forgetIfIdle(run, followed);
    };
  }

  recorded(event: EngineEvent): void {
    const { run, type } = event;
    if (!this.idle) {
      const own = this.#runs.get(run);
      if (own?.rest !== undefined && own.resting !== (type === "run-suspended")) {
        own.resting = !own.resting;
        this.#call(own.rest, own.resting);
      }
      this.#tellAll(run, { kind: "recorded", run, event });
    }
    if (endsRun(type)) this.over(run);
  }

  /** Tells when a run rests, until it is over. */
  onRest(run: string, listener: (resting: boolean) => void): void {
    const followed = this.#of(run);
    if (followed.rest === undefined) this.#listeners++;
    followed.rest = listener;
  }

  /** The run has ended, or its handler has. */
  over(run: string): void {
    const followed = this.#runs.get(run);
    if (followed === undefined) return;
    if (followed.rest !== undefined) this.#listeners--;
    followed.rest = undefined;
    followed.present = undefined;
    this.#forgetIfIdle(run, followed);
  }

  feed(run: string): RunFeed {
    return new FeedOfRun(this, run);
  }

  publish(run: string, event: unknown): void {
    if (!this.idle) this.#tellAll(run, { kind: "published", run, event });
  }

  /** What somebody is told first who comes while the run's handler is at work. */
  present(run: string, present: (() => unknown) | undefined): void {
    const followed = this.#of(run);
    followed.present = present;
    this.#forgetIfIdle(run, followed);
  }

  /** Somebody follows the run, or one that it is a part of. */
  areAt(run: string): boolean {
    for (const { listeners } of this.#above(run)) if (listeners !== undefined && listeners.size > 0) return true;
    return false;
  }

  #tellAll(run: string, followed: FollowedEvent): void {
    for (const { listeners } of this.#above(run))
      for (const { listener } of listeners ?? []) this.#call(listener, followed);
  }

  /** The run and those that it is a part of, as far as somebody is there: a run's id begins with that of the one above it. */
  *#above(run: string): Generator<Followed, void, undefined> {
    for (let end = run.length; end > 0; end = run.lastIndexOf("/", end - 1)) {
      const followed = this.#runs.get(run.slice(0, end));
      if (followed !== undefined) yield followed;
    }
  }

  #of(run: string): Followed {
    let followed = this.#runs.get(run);
    if (followed === undefined) {
      followed = { listeners: undefined, present: undefined, rest: undefined, resting: false };
      this.#runs.set(run, followed);
    }
    return followed;
  }

  #forgetIfIdle(run: string, { listeners, present, rest }: Followed): void {
    if ((listeners?.size ?? 0) === 0 && present === undefined && rest === undefined) this.#runs.delete(run);
  }

  /** A follower's function, or the handler's own. */
  #call<Value>(listener: (value: Value) => unknown, value: Value): void {
    callSafely(listener, value, (thrown) => {
      logFailure("agent", this.#now(), "somebody who follows a run failed", thrown);
    });
  }
}

/** A class, since each run makes one. */
class FeedOfRun implements RunFeed {
  readonly #followers: RunFollowers;
  readonly #run: string;

  constructor(followers: RunFollowers, run: string) {
    this.#followers = followers;
    this.#run = run;
  }

  get followed(): boolean {
    return this.#followers.areAt(this.#run);
  }

  publish(event: unknown): void {
    this.#followers.publish(this.#run, event);
  }

  onFollow(present: (() => unknown) | undefined): void {
    this.#followers.present(this.#run, present);
  }
}
