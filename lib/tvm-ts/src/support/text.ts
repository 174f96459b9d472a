/** Text helpers shared by printers and messages. */

/** `1 axis`, `2 axes`: a count with its noun. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `0.5 KiB` of a number of bits. */
export function kibibytes(bits: number): string {
  return `${Number((bits / 8 / 1024).toFixed(2))} KiB`;
}

/** Escapes a string the way C string literals are written, quotes not included. */
export function escapeString(text: string): string {
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    const c = String.fromCharCode(byte);
    if (c === '"' || c === "\\") out += "\\" + c;
    else if (byte >= 0x20 && byte <= 0x7e) out += c;
    else if (c === "\t") out += "\\t";
    else if (c === "\r") out += "\\r";
    else if (c === "\n") out += "\\n";
    else out += "\\x" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
}

/**
 * A number as C++ streams write it by default: six significant digits, `%g` style.
 * `1e-05`, `0.333333`, `1e+10`, `inf`, `nan`.
 */
export function formatFloat(value: number, digits = 6): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = value.toExponential(digits - 1).split("e") as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${trimZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return trimZeros(value.toFixed(digits - 1 - exponent));
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
