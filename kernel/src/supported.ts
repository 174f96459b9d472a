/**
 * The supported versions of Node.js, Python and JupyterLab: `engines` in the kernel's package.json defines
 * them for install.sh, the doctor and the packages' metadata.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kernelRoot } from "./hosts/node/libraries";

export type Engine = "node" | "python" | "jupyterlab";

const { engines } = JSON.parse(readFileSync(join(kernelRoot, "package.json"), "utf8")) as {
  engines: Readonly<Record<Engine, string>>;
};

/** A supported range in package.json's notation: `^20.19.0 || >=22.12.0`, `>=4.6,<5`. */
export function supportedRange(engine: Engine): string {
  return engines[engine];
}

/** Whether a version such as `22.12.0` is supported. */
export function isSupported(engine: Engine, version: string): boolean {
  return supportedRange(engine)
    .split("||")
    .some((alternative) =>
      alternative.split(",").every((condition) => holds(condition.trim(), version)),
    );
}

/** Whether a version satisfies `^20.19.0`, `>=4.6` or `<5`. */
function holds(condition: string, version: string): boolean {
  const [, sign, bound] = /^(\^|>=|<)([\d.]+)$/.exec(condition)!;
  const order = compare(version, bound!);
  if (sign === "<") return order < 0;
  return order >= 0 && (sign === ">=" || numbers(version)[0] === numbers(bound!)[0]);
}

function compare(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(version: string): number[] {
  return version.split(".").map((part) => parseInt(part, 10));
}
