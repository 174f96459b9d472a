/** Tables. */

import { element } from "./controls";

/** A number, with its unit if it has one. */
const NUMERIC = /^-?[\d,.]+(?: (?:%|[KMG]?i?B))?$/;

/** @param caption for those who do not see the table; the first cell of a row heads it */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  const heading = (text: string, scope: string): HTMLElement => {
    const node = element("th", "", text);
    node.scope = scope;
    return node;
  };
  const node = element("table", "jp-tvm-Table");
  node.setAttribute("aria-label", caption);
  if (head.length > 0) {
    const row = element("tr", "", ...head.map((text) => heading(text, "col")));
    node.append(element("thead", "", row));
  }
  const cell = (text: string): HTMLElement =>
    element("td", NUMERIC.test(text) ? "jp-tvm-mod-numeric" : "", text);
  const lines = rows.map(([first = "", ...rest]) =>
    element("tr", "", heading(first, "row"), ...rest.map(cell)),
  );
  node.append(element("tbody", "", ...lines));
  return node;
}
