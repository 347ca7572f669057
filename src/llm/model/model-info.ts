/** What a manager knows of a model. */
export interface ModelInfo {
  readonly name: string;
  /** In tokens; absent if not known. */
  readonly contextWindow?: number;
  /** The most tokens that it can write in one call; absent if not known. */
  readonly maxOutputTokens?: number;
  /** Whether its price is known. */
  readonly priced: boolean;
  /** Whether it takes tools, as far as the model or its options say. */
  readonly toolCalls: boolean;
}
