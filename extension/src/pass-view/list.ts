/** The passes to choose from, by pointer or keyboard. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import type { view } from "tvm-ts";
import type { PassModel } from "./model";

let lists = 0;

export class PassList {
  readonly node = element("ul", "jp-tvm-PassList");
  private readonly items: HTMLLIElement[];
  private visible: readonly number[] = [];
  private current = -1;

  /** @param onSelect called with the number of the chosen row */
  constructor(
    model: PassModel,
    trans: TranslationBundle,
    private readonly onSelect: (row: number) => void,
  ) {
    const id = `jp-tvm-passes-${lists++}`;
    this.items = model.rows.map((row, i) => {
      const item = rowItem(row, model.slowest, trans);
      item.classList.toggle("jp-tvm-mod-failed", model.failed(i));
      item.id = `${id}-${i}`;
      item.addEventListener("click", () => this.select(i));
      return item;
    });
    this.node.tabIndex = 0;
    this.node.setAttribute("role", "listbox");
    this.node.setAttribute("aria-label", trans.__("Passes"));
    this.node.setAttribute("data-lm-suppress-shortcuts", "true");
    this.node.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Shows only these rows; if the chosen row is hidden, the next one is chosen. */
  show(rows: readonly number[]): void {
    this.visible = rows;
    this.node.replaceChildren(...rows.map((row) => this.items[row]!));
    if (rows.length === 0 || rows.includes(this.current)) return;
    this.select(rows.find((row) => row > this.current) ?? rows.at(-1)!);
  }

  select(row: number): void {
    this.items[this.current]?.setAttribute("aria-selected", "false");
    this.current = row;
    const item = this.items[row]!;
    item.setAttribute("aria-selected", "true");
    this.node.setAttribute("aria-activedescendant", item.id);
    this.keepInSight(item);
    this.onSelect(row);
  }

  /** Scrolls only the list, not its containers. */
  private keepInSight(item: HTMLElement): void {
    const top = item.offsetTop - this.node.offsetTop;
    const below = top + item.offsetHeight - this.node.clientHeight;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (below > this.node.scrollTop) this.node.scrollTop = below;
  }

  private onKey(event: KeyboardEvent): void {
    const at = this.visible.indexOf(this.current);
    const last = this.visible.length - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(at + 1, last),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    };
    const target = this.visible[targets[event.key] ?? -1];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.select(target);
  }
}

/** @param slowest milliseconds; 0 for programs that are compared, which took no time */
function rowItem(row: view.PassStep, slowest: number, trans: TranslationBundle): HTMLLIElement {
  const name = element("span", "jp-tvm-PassName", row.name);
  const item = element("li", "jp-tvm-Pass", name);
  if (slowest > 0) {
    const time = element("span", "jp-tvm-PassTime", trans.__("%1 ms", row.milliseconds.toFixed(2)));
    const bar = element("span", "jp-tvm-PassBar");
    if (!row.isSequence) {
      bar.style.setProperty("--jp-tvm-share", String(row.milliseconds / slowest));
    }
    item.append(bar, time);
  }
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.style.setProperty("--jp-tvm-depth", String(row.depth));
  item.title = row.doc;
  if (!row.changed) {
    item.classList.add("jp-tvm-mod-unchanged");
    item.setAttribute("aria-label", trans.__("%1, changed nothing", row.name));
  }
  return item;
}
