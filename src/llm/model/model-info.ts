/** What a manager knows of a model. */
export interface ModelInfo {
  readonly name: string;
  /** Tokens; absent where it is not known. */
  readonly contextWindow?: number;
  /** Tokens that it can write in one call; absent where it is not known. */
  readonly maxOutputTokens?: number;
  /** What it costs is known. */
  readonly priced: boolean;
  /** It takes tools, as far as it or its options say. */
  readonly toolCalls: boolean;
}
