import { redactGrowingJson } from "../../base/index.ts";
import { jsonPart } from "./output.ts";

type Repair = (text: string) => string;

/**
 * What is known of a JSON value while its text comes, without secrets. It looks again when the text has grown by a twentieth, so that all
 * looks together cost what twenty do.
 */
export class PartialObject {
  readonly #tell: (object: unknown) => void;
  #repair: Repair | undefined;
  #looked = 0;
  #told = "";

  constructor(tell: (object: unknown) => void) {
    this.#tell = tell;
    void import("jsonrepair").then(({ jsonrepair }) => (this.#repair = jsonrepair));
  }

  /** @param text All that came so far. */
  grown(text: string): void {
    if (text.length < this.#looked) this.#looked = 0;
    if (this.#repair === undefined || text.length < this.#looked + 8 + this.#looked / 20) return;
    this.#looked = text.length;
    const part = jsonPart(text);
    if (part === undefined) return;
    try {
      const written = this.#repair(part);
      if (written === this.#told) return;
      this.#told = written;
      this.#tell(redactGrowingJson(JSON.parse(written) as unknown));
    } catch {
      // Not yet anything that could be mended.
    }
  }
}
