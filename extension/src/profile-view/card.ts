/** The costs of a program: a bar for each module, advice, and tables. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import { bytesText, countText, percentText } from "../dom/quantities";
import { table } from "../dom/table";
import { causeColor, causeLegend, causeText } from "../instruction-view/causes";
import { stageName } from "../instruction-view/words";
import { COMPUTE, LOAD, STORE } from "../trace/tokens";
import type { ProfileData } from "./schema";

type Module = keyof ProfileData["modules"];

const MODULES: readonly Module[] = ["fetch", "load", "compute", "store"];

export function cardParts(profile: ProfileData, trans: TranslationBundle): HTMLElement[] {
  const used = profile.causes.filter((cause) =>
    MODULES.some((module) => (profile.modules[module][cause] ?? 0) > 0),
  );
  const bars = MODULES.map((module) => moduleBar(profile, module, used, trans));
  return [
    element("p", "jp-tvm-Card-summary", summaryText(profile, trans)),
    element("div", "jp-tvm-Card-modules", ...bars.flat()),
    causeLegend(used, trans),
    ...profile.hazards.map((text) =>
      element(
        "p",
        "jp-tvm-Message",
        element("strong", "", trans.__("Right here, wrong on a board:")),
        ` ${text}`,
      ),
    ),
    ...advice(profile, trans),
    costs(profile, trans),
  ];
}

function summaryText(
  { cycles, model, instructions, bytes, gemmUtilization }: ProfileData,
  trans: TranslationBundle,
): string {
  return trans.__(
    "%1 cycles on %2: %3 instructions, %4, GEMM at %5 of its peak",
    countText(cycles),
    model,
    countText(instructions),
    bytesText(bytes),
    percentText(gemmUtilization, 1),
  );
}

/** The module's name, its cycles as a bar in the causes' colours, and how busy it is. */
function moduleBar(
  { modules, cycles }: ProfileData,
  module: Module,
  causes: readonly string[],
  trans: TranslationBundle,
): HTMLElement[] {
  const counts = modules[module];
  const parts = causes.map((cause) => {
    const spent = counts[cause] ?? 0;
    const part = element("div", "");
    part.style.flexGrow = String(spent);
    part.style.background = `var(${causeColor(cause)})`;
    part.title = trans.__(
      "%1: %2 cycles, %3",
      causeText(cause, trans),
      countText(spent),
      percentText(spent, cycles),
    );
    return part;
  });
  const name = moduleName(module, trans);
  const busy = trans.__("%1 busy", percentText(counts["busy"] ?? 0, cycles));
  const bar = element("div", "jp-tvm-Card-bar", ...parts);
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", `${name}: ${busy}`);
  return [element("span", "", name), bar, element("span", "jp-tvm-mod-numeric", busy)];
}

function moduleName(module: string, trans: TranslationBundle): string {
  switch (module) {
    case "load":
      return stageName(LOAD, trans);
    case "compute":
      return stageName(COMPUTE, trans);
    case "store":
      return stageName(STORE, trans);
    default:
      return trans.__("fetch");
  }
}

/** The advice with the greatest gain; the sentences are the library's. */
function advice({ advice: all, cycles }: ProfileData, trans: TranslationBundle): HTMLElement[] {
  if (all.length === 0) return [];
  const items = all.map(({ condition, measured, measure, change, gain }) =>
    element(
      "li",
      "",
      `${condition} (${percentText(measured, 1)} ${measure}): ${change}. `,
      element(
        "strong",
        "",
        trans.__("Saves %1 cycles, %2.", countText(gain), percentText(gain, cycles)),
      ),
    ),
  );
  return [
    element("p", "jp-tvm-Card-heading", trans.__("What to change")),
    element("ul", "jp-tvm-Card-advice", ...items),
  ];
}

function costs({ stages, statements }: ProfileData, trans: TranslationBundle): HTMLElement {
  const [work, share] = [trans.__("Cycles of work"), trans.__("Of all")];
  const stageTable = table(
    trans.__("Stages of the schedule"),
    [trans.__("Stage"), trans.__("Instructions"), work, share],
    stages.map((cost) => [
      cost.stage,
      countText(cost.instructions),
      countText(cost.work),
      percentText(cost.share, 1),
    ]),
  );
  const statementTable = table(
    trans.__("Statements of the program"),
    [trans.__("Module"), work, share, trans.__("Statement")],
    statements.map((cost) => [
      moduleName(cost.module, trans),
      countText(cost.work),
      percentText(cost.share, 1),
      cost.statement,
    ]),
  );
  return element(
    "div",
    "",
    ...(stages.length > 0 ? [fold(trans.__("Stages of the schedule"), stageTable)] : []),
    fold(trans.__("Statements of the program"), statementTable),
  );
}

/** A collapsible part. */
function fold(title: string, content: HTMLElement): HTMLElement {
  return element("details", "jp-tvm-Fold", element("summary", "", title), content);
}
