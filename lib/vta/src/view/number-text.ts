/** Numbers and tables as text for people. */

/** `96 B`, `1.5 KiB`, `3 MiB` */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${units[unit]}`;
}

/** `14,122` */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

/** `0.8 %` */
export function percentText(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return `${percent >= 9.5 || percent === 0 ? Math.round(percent) : percent.toPrecision(1)} %`;
}

/**
 * Rows as lines with aligned columns.
 * @param rightFrom the first column that is aligned to the right; none if left out
 */
export function alignedLines(rows: readonly (readonly string[])[], rightFrom = Infinity): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i < rightFrom ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}
