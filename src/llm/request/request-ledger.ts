import { redact } from "../../base/index.ts";
import type { ModelFailure } from "../format/errors.ts";
import type { AssistantMessage } from "../format/message.ts";
import type { ModelCall } from "../format/model-call.ts";
import type { ModelWarning, RejectedAnswer } from "../format/model-events.ts";
import { sumUsage, type Usage } from "../format/usage.ts";

/** What one request has taken so far. */
export class RequestLedger {
  readonly calls: ModelCall[] = [];
  readonly warnings: ModelWarning[] = [];
  /** Answers that were not what was asked for; made with the first. */
  rejected: RejectedAnswer[] | undefined;
  /** The last answer that broke off. */
  partial: AssistantMessage | undefined;

  get usage(): Usage {
    const [only, ...others] = this.calls;
    return only !== undefined && others.length === 0 ? only.usage : sumUsage(this.calls.map(({ usage }) => usage));
  }

  /** US dollars; nothing where it is not known of each call. */
  get cost(): number | undefined {
    let sum = 0;
    for (const { cost } of this.calls) {
      if (cost === undefined) return undefined;
      sum += cost;
    }
    return sum;
  }

  failure(partial: AssistantMessage | undefined = this.partial): ModelFailure {
    const { cost, rejected, usage, calls } = this;
    return {
      ...(partial && { partial }),
      ...(rejected && { rejected }),
      usage,
      ...(cost !== undefined && { cost }),
      calls,
    };
  }

  /** @returns Nothing where it was told before. */
  warn(model: string, message: string, setting: string | undefined): ModelWarning | undefined {
    const shown = redact(message);
    if (this.warnings.some((told) => told.model === model && told.message === shown)) return undefined;
    const warning = { model, message: shown, ...(setting !== undefined && { setting }) };
    this.warnings.push(warning);
    return warning;
  }
}
