/**
 * HTML that is readable in any front end: without scripts and style sheets, with inline colours and
 * an explicit background, so that it is readable on dark pages too.
 */

import { irTokens, type TokenClass } from "./ir-tokens";

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** On `#f7f7f7` each of these has a contrast of at least 4.5. */
const COLORS: Readonly<Record<TokenClass, string>> = {
  keyword: "#7a1fa2",
  type: "#00695c",
  builtin: "#6d4c00",
  global: "#0b57a4",
  definition: "#0000c0",
  property: "#5f5f5f",
  string: "#a31515",
  number: "#1b6e1b",
  boolean: "#7a1fa2",
};

/** Both colours are set, so text is readable if the page sets one of them. */
export const COLORED = "background:#f7f7f7;color:#1a1a1a";
const PANEL = `${COLORED};padding:8px;`;

/** IR text with syntax highlighting. */
export function irHtml(text: string): string {
  let html = "";
  let at = 0;
  for (const token of irTokens(text)) {
    const word = escapeHtml(text.slice(token.start, token.end));
    const color = `color:${COLORS[token.class]}`;
    html += escapeHtml(text.slice(at, token.start)) + `<span style="${color}">${word}</span>`;
    at = token.end;
  }
  html += escapeHtml(text.slice(at));
  return `<pre style="${PANEL}font-family:monospace;white-space:pre-wrap;line-height:1.35">${html}</pre>`;
}

/** A box for other content. */
export function panelHtml(...parts: readonly string[]): string {
  return `<div style="${PANEL}font-family:sans-serif;font-size:13px">${parts.join("")}</div>`;
}

/** A picture with an alternative text. */
export function imageHtml(uri: string, alt: string, style: string): string {
  return `<img src="${uri}" alt="${escapeHtml(alt)}" style="${style}"/>`;
}

/**
 * A table of texts; numbers are right-aligned. Every row sets both colours, since notebook themes
 * colour table rows.
 */
export function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map((_, column) => rows.every((row) => NUMERIC.test(row[column] ?? "")));
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr style="${COLORED}">${cells
      .map((cell, column) => {
        const side = isNumeric[column] === true ? "right" : "left";
        const style = `text-align:${side};padding:2px 8px;border-bottom:1px solid #c8c8c8;${COLORED}`;
        return `<${tag} style="${style}">${escapeHtml(cell)}</${tag}>`;
      })
      .join("")}</tr>`;
  return `<table style="border-collapse:collapse;table-layout:auto;margin:4px 0;${COLORED}">${row(head, "th")}${rows
    .map((cells) => row(cells, "td"))
    .join("")}</table>`;
}

/** A number, possibly with thousands separators and a unit, or an empty text. */
const NUMERIC =
  /^(?:[-−]?[\d,]+(?:\.\d+)?(?:e[-+]?\d+)?(?: ?(?:%|[KMG]?i?B))?|NaN|[-−]?Infinity|)$/;
