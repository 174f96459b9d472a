/** A translator that returns the English texts, with values inserted as JupyterLab inserts them. */

import type { TranslationBundle } from "@jupyterlab/translation";

function fill(text: string, args: readonly unknown[]): string {
  return text.replace(/%(\d)/g, (_, n) => String(args[Number(n) - 1]));
}

export const trans = {
  __: (text: string, ...args: unknown[]) => fill(text, args),
  _n: (one: string, many: string, n: number, ...args: unknown[]) =>
    fill(n === 1 ? one : many, [n, ...args]),
} as unknown as TranslationBundle;
