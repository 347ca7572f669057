import { count as figure, plural } from "../../repo-report/format.ts";
import { type Block, name, said, table, text, title } from "./blocks.ts";
import type { Price } from "./prices.ts";
import type { Recovery } from "./recovery.ts";
import type { SurveyRecord } from "./survey-record.ts";

/** What the record was good for. */
export function recoveryBlocks({ id }: SurveyRecord, { all, interruptions, twice }: Recovery): Block[] {
  const steps = `${plural(all.steps, "step")}: ${plural(all.modelCalls, "call")} of models, ${figure(all.steps - all.modelCalls)} of tools`;
  const lost = interruptions.map(({ kept, asked }) =>
    text(
      `The process ended when ${figure(kept.steps)} of ${plural(all.steps, "step")} were on record. None of these was made again: ${plural(kept.modelCalls, "call")} of models, with ${plural(kept.inputTokens + kept.outputTokens, "token")}, ${kept.modelCalls === 1 ? "was" : "were"} not paid again.${askedText(asked)}`,
    ),
  );
  return [
    title(2, "What was recovered"),
    ...(lost.length === 0 ? [text("Nothing had to be: no process ended before the survey did.")] : lost),
    text(
      `On record are ${steps}. ${twice === 0 ? "None is there twice." : `${plural(twice, "step")} twice.`} All of it: `,
      name(`npx aitor show ${id}`),
    ),
  ];
}

function askedText(asked: number): string {
  if (asked === 0) return "";
  return ` ${plural(asked, "call")} of tools, asked for and without a result on record, ${asked === 1 ? "was" : "were"} made after that.`;
}

const SCRIPTED = "scripted/rules";

/** What the tokens cost, or would have. */
export function costBlocks(
  models: readonly string[],
  { all, interruptions }: Recovery,
  prices: readonly Price[],
  cost: number | undefined,
): Block[] {
  const tokens = `${plural(all.inputTokens, "token")} read and ${figure(all.outputTokens)} written`;
  const paid = cost === undefined ? "" : `, for ${dollars(cost)} US dollars`;
  const how = models.includes(SCRIPTED)
    ? [`An estimate: the scripted model takes 4 characters for a token. It came to ${tokens}, and cost nothing.`]
    : [`${tokens} by `, said(models.join(", ")), `${paid}.`];
  const isSaved = interruptions.length > 0;
  return [
    title(2, "What it would have cost"),
    text(...how, " So many tokens cost, by the price data of the library and without caching:"),
    ...table(
      ["model", "US dollars", ...(isSaved ? ["of it not paid again"] : [])],
      prices.map(({ model, whole, kept }) => [name(model), dollars(whole), ...(isSaved ? [dollars(kept)] : [])]),
    ),
  ];
}

function dollars(usd: number): string {
  return usd.toFixed(4);
}
