/** Records as a table; a click on a column's header sorts by it, another one reverses the order. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { element } from "../dom/controls";
import { countText } from "../dom/quantities";
import { isNumeric } from "../dom/table";
import type { StatefulWidget } from "../mime/view-renderer";
import type { Cell, TableData } from "./schema";
import { inOrder, type Order } from "./sorting";

export class TablePanel extends Widget implements StatefulWidget {
  private readonly body = element("tbody", "");
  private readonly heads: HTMLTableCellElement[];
  private readonly isNumeric: readonly boolean[];
  private order: Order | undefined;

  constructor(
    private readonly data: TableData,
    trans: TranslationBundle,
  ) {
    super();
    this.addClass("jp-tvm-Records");
    const { summary, columns, rows, total } = data;
    this.isNumeric = columns.map((_, column) => rows.every((row) => isNumericCell(row[column]!)));
    this.heads = columns.map((name, column) => this.head(name, column, trans));
    const head = element("thead", "", element("tr", "", ...this.heads));
    const table = element("table", "jp-tvm-Table", head, this.body);
    table.setAttribute("aria-label", summary ?? trans.__("Records"));
    const scrolled = element("div", "jp-tvm-Records-scrolled", table);
    scrolled.tabIndex = 0;
    if (summary !== undefined) this.node.append(element("strong", "", summary));
    this.node.append(scrolled);
    if (total !== undefined && total > rows.length) {
      const text = trans.__("the first %1 of %2", countText(rows.length), countText(total));
      this.node.append(element("p", "", text));
    }
    this.draw();
  }

  saveState(): unknown {
    return this.order;
  }

  restoreState(state: unknown): void {
    const { column, descending } = state as Order;
    if (column < this.data.columns.length) this.sort({ column, descending });
  }

  private head(name: string, column: number, trans: TranslationBundle): HTMLTableCellElement {
    const button = element("button", "jp-tvm-SortButton", name);
    button.type = "button";
    button.title = trans.__("Sort by %1", name);
    button.addEventListener("click", () =>
      this.sort({ column, descending: this.order?.column === column && !this.order.descending }),
    );
    const head = element("th", "", button);
    head.scope = "col";
    head.classList.toggle("jp-tvm-mod-numeric", this.isNumeric[column]);
    return head;
  }

  private sort(order: Order): void {
    this.order = order;
    this.heads.forEach((head, column) => {
      if (column !== order.column) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    });
    this.draw();
  }

  private draw(): void {
    const rows = inOrder(this.data.rows, this.order);
    this.body.replaceChildren(...rows.map((row) => element("tr", "", ...row.map(this.cell))));
  }

  private readonly cell = (value: Cell, column: number): HTMLElement => {
    const cell = element("td", "", cellText(value));
    cell.classList.toggle("jp-tvm-mod-numeric", this.isNumeric[column]);
    return cell;
  };
}

function isNumericCell(value: Cell): boolean {
  return typeof value === "string" ? isNumeric(value) : typeof value !== "boolean";
}

function cellText(value: Cell): string {
  if (value === null) return "";
  return typeof value === "number" ? numberText(value) : String(value);
}

function numberText(value: number): string {
  const digits = { maximumSignificantDigits: 6 };
  return Number.isInteger(value) ? countText(value) : value.toLocaleString("en-US", digits);
}
