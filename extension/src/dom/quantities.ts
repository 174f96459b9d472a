/** Numbers as text for people. */

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

/** `12 %`, `0.8 %` */
export function percentText(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return `${percent >= 9.5 || percent === 0 ? Math.round(percent) : percent.toPrecision(1)} %`;
}

/** Integers in full, other numbers with few significant digits. */
export function shortNumber(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}
