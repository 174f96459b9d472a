/** Whether a statement may write where it reads. */

import {
  exprEqual,
  forEachChild,
  type BufferLoad,
  type BufferStore,
  type Node,
  type Stmt,
  type Var,
} from "../../ir";

/**
 * Whether `target` may take the memory of `source`: each element of `target` is computed from the
 * element of `source` at the same place. That an element is written only once is taken for granted,
 * as it holds for what schedules make; code from elsewhere is never trusted.
 */
export function canBeInPlace(stmt: Stmt, target: Var, source: Var): boolean {
  /** The store to `target` whose value is being looked at. */
  let storing: BufferStore | undefined;
  /** How many accesses deep we are inside indices. */
  let nested = 0;

  const safe = (node: Node): boolean => {
    switch (node.kind) {
      case "Var":
        return node !== target && node !== source;
      case "AttrStmt":
        if (node.key === "extern_scope" || node.key === "volatile_scope") return false;
        return safe(node.value) && safe(node.body);
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

  const store = (node: BufferStore): boolean => {
    nested++;
    const indices = node.indices.every(safe);
    nested--;
    if (!indices) return false;
    if (node.buffer.data === target) storing = node;
    const value = safe(node.value);
    if (node.buffer.data === target) storing = undefined;
    return value;
  };

  const load = (node: BufferLoad): boolean => {
    const { data } = node.buffer;
    if (data === target || nested > 0) return false;
    if (data === source) {
      if (storing?.value.dtype !== node.dtype) return false;
      const { indices } = storing;
      if (!node.indices.every((index, i) => exprEqual(index, indices[i]!))) return false;
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
