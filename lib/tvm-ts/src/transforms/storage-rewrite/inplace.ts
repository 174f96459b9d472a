/** Whether a statement may overwrite the memory that it reads. */

import {
  exprEqual,
  forEachChild,
  usesVar,
  type BufferLoad,
  type BufferStore,
  type For,
  type Node,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../../ir";

/**
 * Whether `target` may use the memory of `source`: each element of `target` is computed from the
 * element of `source` at the same index, before that element is overwritten. It is assumed that loops
 * store each element in one iteration only, as those of schedules do; other code never qualifies.
 */
export function canBeInPlace(stmt: Stmt, target: Var, source: Var): boolean {
  /** The store to `target` whose value is being visited. */
  let storing: BufferStore | undefined;
  /** The nesting depth of accesses inside indices. */
  let nested = 0;
  /** The indices at which this iteration already stored to `target`, and so overwrote `source`. */
  let stored: (readonly PrimExpr[])[] = [];

  const safe = (node: Node): boolean => {
    switch (node.kind) {
      case "Var":
        return node !== target && node !== source;
      case "AttrStmt":
        if (node.key === "extern_scope" || node.key === "volatile_scope") return false;
        return safe(node.value) && safe(node.body);
      case "For":
        return loop(node);
      case "BufferStore":
        return store(node);
      case "BufferLoad":
        return load(node);
      default: {
        let result = true;
        forEachChild(node, (child) => {
          result &&= safe(child);
        });
        return result;
      }
    }
  };

  const loop = (node: For): boolean => {
    if (!safe(node.min) || !safe(node.extent) || !safe(node.body)) return false;
    stored = stored.filter(
      (indices) => !indices.some((i) => usesVar(i, (v) => v === node.loopVar)),
    );
    return true;
  };

  const store = (node: BufferStore): boolean => {
    nested++;
    const indices = node.indices.every(safe);
    nested--;
    if (!indices) return false;
    if (node.buffer.data === target) storing = node;
    const value = safe(node.value);
    if (node.buffer.data === target) {
      storing = undefined;
      stored.push(node.indices);
    }
    return value;
  };

  const load = (node: BufferLoad): boolean => {
    const { data } = node.buffer;
    if (data === target || nested > 0) return false;
    if (data === source) {
      if (storing?.value.dtype !== node.dtype) return false;
      if (!isAt(node.indices, storing.indices)) return false;
      if (stored.some((indices) => isAt(node.indices, indices))) return false;
    }
    nested++;
    const indices = node.indices.every(safe);
    nested--;
    return indices;
  };

  const checked: readonly Stmt["kind"][] = [
    "AttrStmt",
    "For",
    "IfThenElse",
    "While",
    "BufferStore",
  ];
  return checked.includes(stmt.kind) && safe(stmt);
}

function isAt(a: readonly PrimExpr[], b: readonly PrimExpr[]): boolean {
  return a.length === b.length && a.every((index, i) => exprEqual(index, b[i]!));
}
