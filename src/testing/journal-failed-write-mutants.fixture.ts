import { AitorError } from "../base/index.ts";
import type { AppendOptions } from "../journal/index.ts";
import { type Events, type JournalMutant, stored } from "./journal-mutant.fixture.ts";
import { StoredJournal, type StoredRecord } from "./stored-journal.fixture.ts";

type Recording = Parameters<StoredJournal["record"]>;

const told = "a failed write: is told";
const leaves = "a failed write: leaves what was recorded";
const dead = "after a failed write and a death: what was acknowledged";

export const failedWriteMutants: readonly JournalMutant[] = [
  stored(
    "acknowledges what cannot be written",
    told,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (!this.full) super.record(...recording);
      }
    },
  ),
  stored(
    "goes on after a failed write when there is room again",
    told,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        this.failed = undefined;
        super.record(...recording);
      }
    },
  ),
  stored(
    "goes on after a lazy append that failed",
    told,
    class extends StoredJournal {
      override append(events: Events, options: AppendOptions = {}): Promise<void> {
        const appended = super.append(events, options);
        if (options.lazy === true) appended.catch(() => (this.failed = undefined));
        return appended;
      }
    },
  ),
  stored(
    "changes heads after a failed write",
    told,
    class extends StoredJournal {
      override append(events: Events, options: AppendOptions = {}): Promise<void> {
        const appended = super.append(events, options);
        return events.length > 0 ? appended : appended.catch(() => {});
      }
    },
  ),
  stored(
    "tells a failed write as a conflict",
    told,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.full) this.failed ??= new AitorError({ code: "journal-conflict", message: "it is not as expected" });
        super.record(...recording);
      }
    },
  ),
  stored(
    "shows half of a batch that could not be written",
    leaves,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.full && this.failed === undefined) this.show(half(recording));
        super.record(...recording);
      }
    },
  ),
  stored(
    "shows what came after a failed write",
    leaves,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.failed !== undefined) this.show(whole(recording));
        super.record(...recording);
      }
    },
  ),
  stored(
    "shows the heads of a batch that could not be written",
    leaves,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        const { heads = [] } = whole(recording);
        if (this.full) this.show({ events: [], heads });
        super.record(...recording);
      }
    },
  ),
  stored(
    "forgets what it showed when a write fails",
    leaves,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.full) this.show({ events: [], drops: ["a", "b"] });
        super.record(...recording);
      }
    },
  ),
  stored(
    "stores half of a batch that cannot be written",
    dead,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.full && this.failed === undefined) this.store(half(recording));
        super.record(...recording);
      }
    },
  ),
  stored(
    "stores what came after a failed write",
    dead,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.failed !== undefined) this.store(whole(recording));
        super.record(...recording);
      }
    },
  ),
  stored(
    "cuts off the last record with what could not be written",
    dead,
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.full && this.failed === undefined) this.texts.pop();
        super.record(...recording);
      }
    },
  ),
  stored(
    "shows what it could not write",
    "after a failed write and a death: what it showed",
    class extends StoredJournal {
      protected override record(...recording: Recording): void {
        if (this.full) this.show(whole(recording));
        super.record(...recording);
      }
    },
  ),
];

function whole([text]: Recording): StoredRecord {
  return JSON.parse(text) as StoredRecord;
}

function half(recording: Recording): StoredRecord {
  const { events = [], ...record } = whole(recording);
  return { ...record, events: events.slice(0, -1) };
}
