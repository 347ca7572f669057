import type { Question } from "../question.ts";
import type { Research } from "../research.ts";

/** Something that people ask about, and the rule for it. */
export interface Topic {
  /** For those whose question fits no rule. */
  readonly name: string;
  fits(question: Question): boolean;
  /** Gives the part of the answer. */
  research(question: Question): Research<string>;
}
