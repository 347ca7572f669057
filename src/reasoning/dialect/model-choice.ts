import type { LLMManager } from "../../llm/index.ts";
import type { Dialect } from "./dialect.ts";
import { jsonDialect } from "./json-dialect.ts";
import { nativeDialect } from "./native-dialect.ts";

/** The share of a model's context window that messages may take. */
const SHARE = 0.75;

export interface ChosenModel {
  readonly dialect: Dialect;
  /** The number of tokens that its messages may take, if its context window is known. */
  readonly contextTokens: number | undefined;
}

/** Which model an agent asks, and what follows from that. Asked of the manager once for each model, as long as that has the same. */
export class ModelChoice {
  readonly #llm: LLMManager;
  readonly #dialect: "native" | "json" | "auto";
  readonly #known = new Map<string, ChosenModel>();
  /** Of the manager, of which that is known. */
  #version: number;
  #model: string | undefined;

  constructor(llm: LLMManager, dialect: "native" | "json" | "auto", model: string | undefined) {
    this.#llm = llm;
    this.#dialect = dialect;
    this.#model = model;
    this.#version = llm.version;
  }

  /** The name of the model that is asked first; `undefined` for the manager's default. */
  get model(): string | undefined {
    return this.#model;
  }

  /** Changes the model from the next turn on. */
  use(model: string): void {
    this.#model = model;
  }

  /** A promise only the first time. @throws AitorError `model-unknown`. */
  of(model: string = this.#llm.default): ChosenModel | Promise<ChosenModel> {
    const { version } = this.#llm;
    if (version !== this.#version) {
      this.#known.clear();
      this.#version = version;
    }
    return this.#known.get(model) ?? this.#learn(model);
  }

  async #learn(model: string): Promise<ChosenModel> {
    const version = this.#version;
    const infos = await Promise.all([...new Set([model, ...this.#llm.failover])].map((name) => this.#llm.info(name)));
    const isNative =
      this.#dialect === "native" || (this.#dialect === "auto" && infos.every(({ toolCalls }) => toolCalls));
    const window = infos[0]?.contextWindow;
    const chosen = {
      dialect: isNative ? nativeDialect : jsonDialect,
      contextTokens: window === undefined ? undefined : Math.floor(window * SHARE),
    };
    if (version === this.#version) this.#known.set(model, chosen);
    return chosen;
  }
}
