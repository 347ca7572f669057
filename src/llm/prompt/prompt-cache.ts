import type { Message } from "../format/message.ts";
import { type CompiledPrompt, PromptCompiler } from "./prompt-compiler.ts";
import type { TakesFile } from "../format/prompt.ts";
import type { PromptFamily } from "../format/prompt-family.ts";

/** How many messages a history may have grown by since it was last noted, so that it is found again. */
const LOOK_BACK = 256;

/** A history that is compiled again and again is noted anew when it has grown by so many messages. */
const NOTED_AFTER = 32;

/** Finds what was compiled of a history before: by its array, or by a message that was its last when it was noted. */
export class PromptCache {
  readonly family: PromptFamily;
  readonly provider: string;
  readonly #takesFile: TakesFile | undefined;
  readonly #byLast = new WeakMap<Message, PromptCompiler>();
  /** Arrays of messages that only grow are asked for again as they are. */
  readonly #byArray = new WeakMap<readonly Message[], PromptCompiler>();

  constructor(family: PromptFamily, provider: string, takesFile?: TakesFile) {
    this.family = family;
    this.provider = provider;
    this.#takesFile = takesFile;
  }

  compile(messages: readonly Message[]): CompiledPrompt {
    const before = this.#byArray.get(messages);
    const isSame = before !== undefined && before.common(messages) === before.length;
    const compiler = isSame ? before : (this.#find(messages) ?? this.#new());
    if (!isSame) this.#byArray.set(messages, compiler);
    const compiled = compiler.extend(messages);
    const last = messages.at(-1);
    if (last !== undefined && (!isSame || messages.length - compiler.noted >= NOTED_AFTER)) {
      this.#remember(compiler, last, messages.length);
    }
    return compiled;
  }

  #new(): PromptCompiler {
    return new PromptCompiler(this.family, this.provider, this.#takesFile);
  }

  /** By the last two ends of its history: one may have been tried and left again. */
  #remember(compiler: PromptCompiler, last: Message, length: number): void {
    compiler.noted = length;
    if (compiler.ends[0] === last) return;
    const [newer, older] = compiler.ends;
    if (older !== undefined && this.#byLast.get(older) === compiler) this.#byLast.delete(older);
    compiler.ends = [last, newer];
    this.#byLast.set(last, compiler);
  }

  #find(messages: readonly Message[]): PromptCompiler | undefined {
    const earliest = Math.max(0, messages.length - LOOK_BACK);
    for (let index = messages.length - 1; index >= earliest; index--) {
      const known = this.#byLast.get(messages[index] as Message);
      if (known === undefined) continue;
      const common = known.common(messages);
      if (common === known.length) return known;
      // Another history has gone on from here: it keeps its own.
      if (common > index) return known.copy(common);
    }
    return undefined;
  }
}
