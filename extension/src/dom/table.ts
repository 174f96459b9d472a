/** Tables. */

import { element } from "./controls";

/** A number, with its unit and its share of the whole if it has them; or an empty cell. */
const NUMERIC = /^(?:-?[\d,.]+(?: (?:%|[KMG]?i?B))?(?: \([\d.]+ %\))?|)$/;

/** Whether a text is aligned to the right of its column. */
export function isNumeric(text: string): boolean {
  return NUMERIC.test(text);
}

/**
 * @param caption for screen readers; the first cell of a row is its header
 * @param head the columns' headers; columns of numbers with a header are aligned to the right
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  const isRight = head.map((_, column) => rows.every((row) => isNumeric(row[column] ?? "")));
  const cell = (tag: "td" | "th", text: string, column: number): HTMLTableCellElement =>
    element(tag, isRight[column] === true ? "jp-tvm-mod-numeric" : "", text);
  const heading = (text: string, column: number, scope: string): HTMLElement => {
    const node = cell("th", text, column);
    node.scope = scope;
    return node;
  };
  const node = element("table", "jp-tvm-Table");
  node.setAttribute("aria-label", caption);
  if (head.length > 0) {
    const row = element("tr", "", ...head.map((text, i) => heading(text, i, "col")));
    node.append(element("thead", "", row));
  }
  const lines = rows.map(([first = "", ...rest]) =>
    element("tr", "", heading(first, 0, "row"), ...rest.map((text, i) => cell("td", text, i + 1))),
  );
  node.append(element("tbody", "", ...lines));
  return node;
}
