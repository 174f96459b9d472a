/** The pass view: a list of passes, and what the chosen one did to the IR. */

import { Clipboard } from "@jupyterlab/apputils";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { button, checkbox, choice, element, filterField, toolbar } from "../dom/controls";
import type { ViewContext } from "../mime/view-renderer";
import { passLayouts, type PassLayout } from "../options/options";
import { Comparison } from "./comparison";
import { PassList } from "./list";
import type { PassModel } from "./model";

/** The text that a pass is compared with: what it was given, or else the one with a number. */
type Base = "own" | `${number}`;

export class PassPanel extends Widget {
  private readonly comparison: Comparison;
  private readonly list: PassList;
  private readonly description = element("p", "jp-tvm-Status");
  private readonly onlyChanged;
  private readonly layoutChoice;
  private row: number;
  private base: Base = "own";
  private name = "";

  constructor(
    private readonly model: PassModel,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Passes");
    const { trans, options } = context;
    this.row = model.first;
    this.comparison = new Comparison(context);
    this.list = new PassList(model, trans, (row) => this.showRow(row));
    this.description.setAttribute("role", "status");
    this.onlyChanged = checkbox(
      trans.__("Only what changed"),
      options.get("onlyChanged"),
      (checked) => options.set("onlyChanged", checked),
    );
    const labels: Readonly<Record<PassLayout, string>> = {
      unified: trans.__("Unified"),
      "side-by-side": trans.__("Side by side"),
      after: trans.__("After"),
    };
    this.layoutChoice = choice(
      trans.__("Show"),
      passLayouts.map((layout) => [layout, labels[layout]] as const),
      options.get("passLayout"),
      (layout) => options.set("passLayout", layout),
    );
    this.node.append(this.toolbar());
    this.comparison.show("", "", "after");
    if (model.rows.length === 0) return;
    const content = element("div", "jp-tvm-Passes-content", this.list.node, this.comparison.node);
    this.node.append(content, this.description);
    options.changed.connect(this.followOptions, this);
    this.list.show(this.visibleRows());
    this.list.select(model.first);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.comparison.destroy();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.comparison.measure();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.comparison.measure();
  }

  private toolbar(): HTMLElement {
    const { trans } = this.context;
    const { passes } = this.model;
    const changed = passes.filter((pass) => pass.changed).length;
    const count = trans._n("%1 pass", "%1 passes", passes.length);
    const filter = filterField(trans.__("Filter passes by name"), (name) => {
      this.name = name;
      this.list.show(this.visibleRows());
    });
    return toolbar(
      trans.__("Passes"),
      element("span", "", `${count}, ${trans.__("%1 changed something", changed)}`),
      filter,
      this.onlyChanged.node,
      this.layoutChoice.node,
      this.baseChoice(),
      button(trans.__("Previous change"), () => this.comparison.previousChange()),
      button(trans.__("Next change"), () => this.comparison.nextChange()),
      button(trans.__("Copy"), () => Clipboard.copyToSystem(this.after)),
    );
  }

  /** A text is named after the first pass that gave it. */
  private baseChoice(): HTMLElement {
    const { trans } = this.context;
    const { rows, passes } = this.model;
    const bases = new Map<Base, string>([["own", trans.__("before the pass")]]);
    if (rows[0] !== undefined) bases.set(`${rows[0].before}`, trans.__("before all passes"));
    for (const { changed, after, name } of passes) {
      if (changed && !bases.has(`${after}`)) bases.set(`${after}`, trans.__("after %1", name));
    }
    return choice(trans.__("Compare with"), [...bases], this.base, (base) => {
      this.base = base;
      this.showRow(this.row);
    }).node;
  }

  private visibleRows(): readonly number[] {
    return this.model.visible({ onlyChanged: this.onlyChanged.value, name: this.name });
  }

  private followOptions(): void {
    const { options } = this.context;
    this.onlyChanged.value = options.get("onlyChanged");
    this.layoutChoice.value = options.get("passLayout");
    this.list.show(this.visibleRows());
    this.showRow(this.row);
  }

  private get after(): string {
    const row = this.model.rows[this.row];
    return row === undefined ? "" : this.model.text(row.after);
  }

  private showRow(index: number): void {
    this.row = index;
    const row = this.model.rows[index];
    if (row === undefined) return;
    const { trans } = this.context;
    const before = this.base === "own" ? row.before : Number(this.base);
    this.comparison.show(this.model.text(before), this.after, this.layoutChoice.value);
    const unchanged = row.changed ? "" : ` ${trans.__("It changed nothing.")}`;
    this.description.textContent = `${row.name}: ${row.doc}${unchanged}`;
  }
}
