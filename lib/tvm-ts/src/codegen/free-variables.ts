/** The variables that a statement uses and does not define. */

import { forEachChild, type Buffer, type Node, type Stmt, type Var } from "../ir";

/** Variables used in `stmt` and not defined there, in the order of their first use. */
export function freeVariables(stmt: Stmt): Var[] {
  const free = new Set<Var>();
  const defined = new Set<Var>();
  const use = (variable: Var): void => {
    if (!defined.has(variable)) free.add(variable);
  };
  const useBuffer = (buffer: Buffer): void => {
    use(buffer.data);
    for (const size of [...buffer.shape, ...buffer.strides, buffer.elemOffset]) visit(size);
  };
  const visit = (node: Node): void => {
    switch (node.kind) {
      case "Var":
        use(node);
        return;
      case "BufferLoad":
      case "BufferStore":
        useBuffer(node.buffer);
        break;
      case "For":
        defined.add(node.loopVar);
        break;
      case "Let":
      case "LetStmt":
        defined.add(node.var_);
        break;
      case "Allocate":
        defined.add(node.bufferVar);
        break;
      default:
    }
    forEachChild(node, visit);
  };
  visit(stmt);
  return [...free];
}
