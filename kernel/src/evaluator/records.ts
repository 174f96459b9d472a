/**
 * Shows arrays of plain records as tables.
 *
 *     [{ size: 16, cycles: 1200 }, { size: 32, cycles: 4700 }]
 */

import type { MimeBundle } from "../../types/api";

/** The MIME type that the JupyterLab extension draws; the number is the version of the JSON. */
const TABLE_TYPE = "application/vnd.tvm-vta.table.v1+json";

/** The most rows of a table; the text has the total. */
const MAX_ROWS = 1000;
/** The most fields of a table. */
const MAX_COLUMNS = 50;

type Cell = string | number | boolean | null;
type Row = Readonly<Record<string, unknown>>;

/**
 * The forms of a table, without the plain text; undefined for anything but an array of two or more
 * plain objects whose fields are numbers, strings, booleans or missing.
 */
export function recordsBundle(value: unknown): MimeBundle | undefined {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isRecord)) return undefined;
  const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0 || columns.length > MAX_COLUMNS) return undefined;
  const rows = value
    .slice(0, MAX_ROWS)
    .map((row) => columns.map((name) => cellOf((row as Row)[name])));
  const isCut = value.length > rows.length;
  return {
    [TABLE_TYPE]: { version: 1, columns, rows, ...(isCut && { total: value.length }) },
    "text/html": html(columns, rows, value.length),
  };
}

function isRecord(value: unknown): value is Row {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || prototype === Object.prototype) &&
    !(Symbol.for("Jupyter.display") in value) &&
    Object.values(value).every(isCell)
  );
}

function isCell(value: unknown): boolean {
  return value === null || !["object", "function", "symbol"].includes(typeof value);
}

/** NaN, infinities and 64-bit integers become strings, because JSON does not have them. */
function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return typeof value === "bigint" ? String(value) : (value as string | boolean);
}

/** Sets both colours, so that the text is readable on light and dark pages. */
const COLORS = "background:#f7f7f7;color:#1a1a1a";

function html(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  total: number,
): string {
  const cell = (tag: "th" | "td", content: Cell): string => {
    const side = typeof content === "number" ? "right" : "left";
    const text = escaped(content === null ? "" : String(content));
    return `<${tag} style="text-align:${side};padding:2px 8px;border-bottom:1px solid #c8c8c8;${COLORS}">${text}</${tag}>`;
  };
  const line = (tag: "th" | "td", cells: readonly Cell[]): string =>
    `<tr style="${COLORS}">${cells.map((each) => cell(tag, each)).join("")}</tr>`;
  const body = [line("th", columns), ...rows.map((row) => line("td", row))].join("");
  const cut = total > rows.length ? `<div>the first ${rows.length} of ${total}</div>` : "";
  return `<div style="${COLORS};padding:8px;overflow:auto;max-height:400px"><table style="border-collapse:collapse;${COLORS}">${body}</table>${cut}</div>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
