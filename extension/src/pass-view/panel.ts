/** The pass view: a list of passes, and the changes of the chosen one. */

import { Clipboard } from "@jupyterlab/apputils";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import {
  button,
  checkbox,
  choice,
  element,
  filterField,
  toolbar,
  type Control,
} from "../dom/controls";
import type { StatefulWidget, ViewContext } from "../mime/view-renderer";
import { passLayouts, type PassLayout } from "../options/options";
import { Comparison } from "./comparison";
import { PassList } from "./list";
import type { PassModel } from "./model";

/** The text that a pass is compared with: its input, or the text with a number. */
type Base = "own" | `${number}`;

/** The user's choices. */
interface State {
  /** The chosen pass, by index and name. */
  readonly row: number;
  readonly pass: string | undefined;
  readonly base: Base;
  readonly name: string;
  readonly folded: boolean;
  readonly scrollTop: number;
}

export class PassPanel extends Widget implements StatefulWidget {
  private readonly content = element("div", "jp-tvm-Passes-content");
  private readonly comparison: Comparison;
  private readonly list: PassList;
  private readonly description = element("p", "jp-tvm-Status");
  private readonly filter: HTMLInputElement;
  private readonly onlyChanged;
  private readonly layoutChoice;
  private readonly baseChoice;
  private foldButton!: HTMLButtonElement;
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
    this.baseChoice = this.makeBaseChoice();
    this.filter = filterField(trans.__("Filter passes by name"), (name) => this.filterBy(name));
    this.node.append(this.toolbar());
    this.comparison.show("", "", "after");
    if (model.rows.length === 0) return;
    this.content.append(this.list.node, this.comparison.node);
    this.content.classList.toggle("jp-tvm-mod-lone", model.isLone);
    this.node.append(...this.failure(), this.content, this.description);
    options.changed.connect(this.followOptions, this);
    this.list.show(this.visibleRows());
    this.list.select(model.first);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.comparison.destroy();
    super.dispose();
  }

  saveState(): State {
    const { row, base, name } = this;
    const pass = this.model.rows[row]?.name;
    const folded = this.content.classList.contains("jp-tvm-mod-folded");
    return { row, pass, base, name, folded, scrollTop: this.comparison.scrollTop };
  }

  restoreState(state: unknown): void {
    const { row, pass, base, name, folded, scrollTop } = state as State;
    const { rows } = this.model;
    this.setFolded(folded);
    this.filter.value = name;
    this.filterBy(name);
    this.base = this.baseChoice.value = base;
    // A changed schedule runs almost the same passes.
    const same = rows[row]?.name === pass ? row : rows.findIndex((each) => each.name === pass);
    if (same >= 0) this.list.select(same);
    requestAnimationFrame(() => (this.comparison.scrollTop = scrollTop));
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
    const fold = button(trans.__("Hide list"), () => this.setFolded(!isFolded()));
    const isFolded = () => this.content.classList.contains("jp-tvm-mod-folded");
    this.foldButton = fold;
    const choices = [fold, this.filter, this.onlyChanged.node, this.layoutChoice.node];
    return toolbar(
      trans.__("Passes"),
      // Of one step there is nothing to list, and nothing else to compare it with.
      ...(this.model.isLone
        ? [element("strong", "", this.model.rows[0]!.name), this.layoutChoice.node]
        : [
            element("span", "", `${count}, ${trans.__("%1 changed something", changed)}`),
            ...choices,
            this.baseChoice.node,
          ]),
      button(trans.__("Previous change"), () => this.comparison.previousChange()),
      button(trans.__("Next change"), () => this.comparison.nextChange()),
      button(trans.__("Copy"), () => Clipboard.copyToSystem(this.after)),
    );
  }

  /** A text is named after the first pass that produced it. */
  private makeBaseChoice(): Control<Base> {
    const { trans } = this.context;
    const { rows, passes } = this.model;
    const bases = new Map<Base, string>([["own", trans.__("before the pass")]]);
    if (rows[0] !== undefined) bases.set(`${rows[0].before}`, trans.__("before all passes"));
    for (const { changed, after, name } of passes) {
      if (changed && !bases.has(`${after}`)) bases.set(`${after}`, trans.__("after %1", name));
    }
    return choice<Base>(trans.__("Compare with"), [...bases], this.base, (base) => {
      this.base = base;
      this.showRow(this.row);
    });
  }

  private setFolded(folded: boolean): void {
    const { trans } = this.context;
    this.content.classList.toggle("jp-tvm-mod-folded", folded);
    this.foldButton.textContent = folded ? trans.__("Show list") : trans.__("Hide list");
    this.comparison.measure();
  }

  /** The error, at the top. */
  private failure(): HTMLElement[] {
    const { failure, rows } = this.model;
    if (failure === undefined) return [];
    const title = this.context.trans.__("%1 failed", rows.at(-1)!.name);
    const text = element("pre", "", `${failure.error}: ${failure.message}`);
    text.tabIndex = 0;
    const node = element("div", "jp-tvm-Failure", element("strong", "", title), text);
    node.setAttribute("role", "alert");
    return [node];
  }

  private filterBy(name: string): void {
    this.name = name;
    this.list.show(this.visibleRows());
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
    const layout = this.layoutChoice.value;
    this.content.dataset["layout"] = layout;
    this.comparison.show(this.model.text(before), this.after, layout);
    const unchanged =
      row.changed || this.model.failed(index) ? "" : ` ${trans.__("It changed nothing.")}`;
    this.description.textContent = `${row.name}: ${row.doc}${unchanged}`;
  }
}
