/** Allocations that need no memory: a few elements, accessed by constant indices only. */

import {
  constIntValue,
  forEachChild,
  type Allocate,
  type BufferLoad,
  type BufferStore,
  type Node,
} from "../../ir";
import { constantSize, flatIndex } from "../flat-index";
import { partCount, representationOf } from "./representation";

/** About the number of `v128` registers of a processor. */
const MAX_LOCALS = 16;

/** The number of elements of an allocation that can be kept in locals; `undefined` if it cannot. */
export function registerCount(allocate: Allocate): number | undefined {
  const { bufferVar, dtype, extents } = allocate;
  const size = constantSize(extents);
  const type = representationOf(dtype);
  if (size === undefined || (type.bool && type.lanes > 1)) return undefined;
  const locals = type.lanes === 1 ? 1 : partCount(type);
  if (size * locals > MAX_LOCALS) return undefined;
  let possible = true;
  const check = (access: BufferLoad | BufferStore): void => {
    const element = constIntValue(flatIndex(access.buffer, access.indices));
    const last = access.indices[access.indices.length - 1];
    const scalarIndex = last === undefined || last.kind === "IntImm";
    possible &&= element !== undefined && element >= 0 && element < size && scalarIndex;
    possible &&= access.buffer.dtype === dtype;
  };
  const visit = (node: Node): void => {
    if (!possible) return;
    const outlined =
      (node.kind === "For" && node.forKind === "parallel") ||
      (node.kind === "AttrStmt" && node.key === "coproc_uop_scope");
    // Another function cannot access the locals, and a pointer needs memory.
    if (outlined || node === bufferVar) possible = false;
    else if (node.kind === "BufferLoad" || node.kind === "BufferStore") {
      if (node.buffer.data === bufferVar) check(node);
    }
    forEachChild(node, visit);
  };
  visit(allocate.body);
  return possible ? size : undefined;
}
