import { askUser } from "./ask-user.ts";
import { calculator } from "./calculator.ts";
import { currentTime } from "./current-time.ts";
import { outlineJson, readJson } from "./json-tools.ts";
import { note } from "./note.ts";
import { random } from "./random-tool.ts";
import { readArtefact } from "./read-artefact.ts";
import { countText, findText, replaceText } from "./text-tools.ts";
import type { AnyTool } from "../tool/tool.ts";
import { wait } from "./wait.ts";

/** The tools that come with Aitor and touch nothing: no file, no network, no program. */
export const builtInTools: readonly AnyTool[] = Object.freeze([
  calculator,
  countText,
  findText,
  replaceText,
  readJson,
  outlineJson,
  currentTime,
  random,
  wait,
  note,
  askUser,
  readArtefact,
]);
