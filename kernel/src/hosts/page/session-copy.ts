/**
 * A copy of the session's variables, sent to the page when a cell ends: a computing worker can only be
 * terminated, which loses its variables. Plain data can be copied; functions, schedules and modules cannot.
 */

import type { SessionCopy } from "../node/session-copy";
import { onCopy, report } from "./evaluator-channel";

export type { SessionCopy } from "../node/session-copy";

/** The most bytes to copy after a cell, for all variables together. */
const BUDGET_BYTES = 64 * 2 ** 20;

export function copySession(variables: ReadonlyMap<string, unknown>): void {
  const values: Record<string, unknown> = {};
  const lost: string[] = [];
  let left = BUDGET_BYTES;
  for (const [name, value] of variables) {
    const size = plainSize(value, left, new Set());
    if (size === undefined) {
      lost.push(name);
    } else {
      left -= size;
      values[name] = value;
    }
  }
  try {
    report({ kind: "copy", copy: { values, lost } });
  } catch {
    // Plain data that cannot be copied, such as a transferred buffer.
    report({ kind: "copy", copy: { values: {}, lost: [...variables.keys()] } });
  }
}

export function onRestore(restore: (copy: SessionCopy) => void): void {
  onCopy(restore);
}

/** The approximate bytes of plain data; undefined for other data, or for more than `most`. */
function plainSize(value: unknown, most: number, seen: Set<unknown>): number | undefined {
  if (typeof value === "string") return value.length * 2 <= most ? value.length * 2 : undefined;
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null || seen.has(value)) return 8;
  seen.add(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const { detached = false } = value as { readonly detached?: boolean };
    return value.byteLength <= most && !detached ? value.byteLength : undefined;
  }
  if (value instanceof Date || value instanceof RegExp) return 16;
  const parts = partsOf(value);
  if (parts === undefined) return undefined;
  let size = 16;
  for (const part of parts) {
    const more = plainSize(part, most - size, seen);
    if (more === undefined || size + more > most) return undefined;
    size += more;
  }
  return size;
}

function partsOf(value: object): Iterable<unknown> | undefined {
  if (Array.isArray(value) || value instanceof Set) return value;
  if (value instanceof Map) return [...value].flat();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  return Object.getOwnPropertySymbols(value).length > 0 ? undefined : Object.values(value);
}
