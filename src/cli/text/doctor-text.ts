import { visible } from "../../base/index.ts";
import type { Examination, Finding } from "../../sqlite/index.ts";
import { bytesText, countText } from "./moment-text.ts";
import type { Style } from "../terminal/style.ts";

/** Findings that are shown; `--json` gives all. */
const SHOWN = 100;

export function doctorText(path: string, { sound, events, bytes, findings }: Examination, style: Style): string {
  const sizes = style("dim", `(${countText(events, "event")}, ${bytesText(bytes)})`);
  if (sound) return `${style("green", "✔")} ${visible(path)} is sound ${sizes}\n`;
  const lines = [`${style("red", "✖")} ${style("bold", `${visible(path)} is damaged`)}`];
  for (const finding of findings.slice(0, SHOWN)) {
    lines.push(`  ${named(finding)}${visible(finding.damage)}`);
    lines.push(`    kept: ${visible(finding.kept)}`, `    next: ${visible(finding.next)}`);
  }
  if (findings.length > SHOWN) lines.push(`  … ${findings.length - SHOWN} more (--json)`);
  return `${lines.join("\n")}\n`;
}

function named({ what, name, kind }: Finding): string {
  if (name === undefined) return "";
  return `${what === "blob" ? "blob" : (kind ?? "stream")} ${visible(name)}: `;
}
