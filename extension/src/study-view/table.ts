/** The trials as a table that sorts by any column; a row's button chooses its trial. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { button, element } from "../dom/controls";
import { countText } from "../dom/quantities";
import { inOrder, type Order } from "../table-view/sorting";
import type { StudyData } from "./schema";

export class TrialTable {
  readonly node: HTMLElement;
  private readonly body = element("tbody", "");
  private readonly heads: HTMLTableCellElement[];
  private readonly rows: readonly (readonly (string | number | null)[])[];
  private order_: Order | undefined;
  private chosen: number | undefined;

  /** @param onChoose called with the number of a configuration */
  constructor(
    study: StudyData,
    private readonly trans: TranslationBundle,
    private readonly onChoose: (index: number) => void,
  ) {
    const { knobs, measures, trials } = study;
    const columns = [trans.__("configuration"), ...knobs, ...measures];
    this.rows = trials.map(({ index, values, measures: own }) => [index, ...values, ...own]);
    this.heads = columns.map((name, column) => this.head(name, column));
    const table = element(
      "table",
      "jp-tvm-Table",
      element("thead", "", element("tr", "", ...this.heads)),
      this.body,
    );
    table.setAttribute("aria-label", trans.__("Trials"));
    this.node = element("div", "jp-tvm-Records-scrolled jp-tvm-Study-table", table);
    this.node.tabIndex = 0;
    this.draw();
  }

  get order(): Order | undefined {
    return this.order_;
  }

  sort(order: Order | undefined): void {
    this.order_ = order;
    this.heads.forEach((head, column) => {
      if (column !== order?.column) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    });
    this.draw();
  }

  choose(index: number | undefined): void {
    this.chosen = index;
    for (const row of this.body.rows) this.mark(row);
    this.body.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  private head(name: string, column: number): HTMLTableCellElement {
    const sorter = button(name, () =>
      this.sort({ column, descending: this.order_?.column === column && !this.order_.descending }),
    );
    sorter.className = "jp-tvm-SortButton";
    sorter.title = this.trans.__("Sort by %1", name);
    const head = element("th", "jp-tvm-mod-numeric", sorter);
    head.scope = "col";
    return head;
  }

  private draw(): void {
    const rows = inOrder(this.rows, this.order_).map(([index, ...cells]) => {
      const number = Number(index);
      const chooser = button(String(number), () => this.onChoose(number));
      chooser.title = this.trans.__("Show the schedule and the profile");
      const texts = cells.map((cell) =>
        typeof cell === "number" ? countText(cell) : (cell ?? ""),
      );
      const row = element(
        "tr",
        "",
        element("td", "jp-tvm-mod-numeric", chooser),
        ...texts.map((text) => element("td", "jp-tvm-mod-numeric", text)),
      );
      row.dataset["index"] = String(number);
      this.mark(row);
      return row;
    });
    this.body.replaceChildren(...rows);
  }

  private mark(row: HTMLTableRowElement): void {
    const isChosen = row.dataset["index"] === String(this.chosen);
    row.classList.toggle("jp-tvm-mod-chosen", isChosen);
    if (isChosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}
