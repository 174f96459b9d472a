/** The schedule view: stages and their loops, one inside the other, as they will be computed. */

import { Clipboard } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import type { view } from "tvm-ts";
import { button, element, toolbar } from "../dom/controls";
import type { StatefulWidget, ViewContext } from "../mime/view-renderer";
import { stageTree, type LoopNode, type StageNode } from "./model";
import { loopRemarks, relationText, stageRemarks, type Remark } from "./words";

export class SchedulePanel extends Widget implements StatefulWidget {
  constructor(data: view.ScheduleView, { trans }: ViewContext) {
    super();
    this.addClass("jp-tvm-Schedule");
    const { stages } = data;
    const controls = toolbar(
      trans.__("Schedule"),
      element("span", "", trans._n("%1 stage", "%1 stages", stages.length)),
      button(trans.__("Fold all"), () => this.setOpen(false)),
      button(trans.__("Unfold all"), () => this.setOpen(true)),
      button(trans.__("Copy"), () =>
        Clipboard.copyToSystem(stages.map(({ text }) => text).join("\n")),
      ),
    );
    this.node.append(controls, ...stageTree(data).map((stage) => stageNode(stage, trans)));
  }

  /** Which stages are unfolded, in the order of the page. */
  saveState(): readonly boolean[] {
    return [...this.node.querySelectorAll("details")].map(({ open }) => open);
  }

  restoreState(state: unknown): void {
    const open = state as readonly boolean[];
    this.node.querySelectorAll("details").forEach((stage, i) => (stage.open = open[i] ?? true));
  }

  private setOpen(open: boolean): void {
    for (const stage of this.node.querySelectorAll("details")) stage.open = open;
  }
}

function stageNode({ fact, loops }: StageNode, trans: TranslationBundle): HTMLElement {
  const { name, inputs, relations, madeAt } = fact;
  const summary = element("summary", "", element("strong", "", name));
  summary.append(...remarks(stageRemarks(fact, trans)));
  summary.setAttribute("data-lm-suppress-shortcuts", "true");
  const node = element("details", "jp-tvm-Stage", summary);
  node.open = true;
  const lines = [
    ...(inputs.length === 0 ? [] : [trans.__("reads %1", inputs.join(", "))]),
    ...relations.map((relation) => relationText(relation, trans)),
    ...(madeAt === undefined
      ? []
      : [trans.__("made at %1", `${madeAt.file}:${madeAt.line}:${madeAt.column}`)]),
  ];
  node.append(...lines.map((line) => element("p", "jp-tvm-StageLine", line)));
  if (loops.length > 0) node.append(loopNest(loops, trans));
  return node;
}

/** The first loop, with the others nested inside. */
function loopNest([first, ...inner]: readonly LoopNode[], trans: TranslationBundle): HTMLElement {
  const { fact, stages } = first!;
  // An extent can be an expression.
  const number = fact.extent === "1" ? 1 : 2;
  const extent =
    fact.extent === undefined ? "" : trans._n("%2 step", "%2 steps", number, fact.extent);
  const line = element("span", "jp-tvm-Loop", fact.name);
  const item = element("li", "", line, element("span", "jp-tvm-Extent", extent));
  item.classList.toggle("jp-tvm-mod-single", number === 1);
  item.append(...remarks(loopRemarks(fact, trans)));
  item.append(...stages.map((stage) => stageNode(stage, trans)));
  if (inner.length > 0) item.append(loopNest(inner, trans));
  return element("ul", "jp-tvm-Loops", item);
}

function remarks(all: readonly Remark[]): HTMLElement[] {
  return all.map(({ kind, text }) => {
    const node = element("span", "jp-tvm-Remark", text);
    node.dataset["kind"] = kind;
    return node;
  });
}
