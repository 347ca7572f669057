import { plural } from "../../repo-report/format.ts";
import { type Block, type Cell, said, table, text, title } from "./blocks.ts";
import type { SurveyPlan } from "./survey-plan.ts";

/** The plan: what it came to be, and why. */
export function planBlocks({ plan, turns }: SurveyPlan): Block[] {
  if (plan.size === 0) return [title(2, "Plan"), text("There was none: nothing was to be given to anybody.")];
  const { total, byStatus } = plan.progress();
  const counts = Object.entries(byStatus).filter(([, many]) => many > 0);
  const how = counts.map(([status, many]) => (many === total ? `all ${status}` : `${many} ${status}`)).join(", ");
  const changes = turns.length === 0 ? "It was not changed." : "It was changed by what was found:";
  return [
    title(2, "Plan"),
    text(`${plural(total, "todo")}, ${how}. ${changes}`),
    ...table(
      ["change", "why"],
      turns.map(({ did, reason }): Cell[] => [said(did), said(reason)]),
    ),
    ...table(
      ["todo", "by", "came to", "what was to be done"],
      plan.todos().map(({ id, assignee, status, content, childCount }): Cell[] => {
        return [said(id), childCount > 0 ? "its parts" : said(assignee ?? ""), status, said(content)];
      }),
    ),
    { type: "chart", mermaid: plan.toMermaid() },
  ];
}
