/** Read-only traversal, derived from the shape table. */

import { forEachChild } from "./children.generated";
import { isBinary, isExpr, type PrimExpr } from "./expr";
import { entriesOf, type Kind, type Node, type NodeOf } from "./shapes";

/** Handlers by kind. If an `enter` handler returns `false`, the walk skips the node's children. */
export type Visitor = { readonly [K in Kind]?: (node: NodeOf<K>) => void | boolean };

type AnyVisit = ((node: Node) => void | boolean) | undefined;

/**
 * Walks everything below and including `root`, parents before children (`enter`) and children before
 * parents (`leave`). Deep trees are possible, since the walk uses an explicit stack.
 */
export function walk(root: Node, enter: Visitor, leave?: Visitor): void {
  const enterAny = enter as Record<string, AnyVisit>;
  const handled = entriesOf(enter, leave);
  const enters = (node: Node): boolean => {
    if (!handled.expressions && isExpr(node)) return false;
    if (!handled.operators && isBinary(node)) return true;
    return enterAny[node.kind]?.(node) !== false;
  };
  if (leave === undefined) {
    preOrder(root, enters);
  } else {
    const leaveAny = leave as Record<string, AnyVisit>;
    traverse(root, enters, (node) => leaveAny[node.kind]?.(node));
  }
}

/** Calls `visit` with every node, children before parents. */
export function postOrderVisit(root: Node, visit: (node: Node) => void): void {
  traverse(root, () => true, visit);
}

/** Calls `enter` for a node and, if it returns `true`, visits the children in order. */
function preOrder(root: Node, enter: (node: Node) => boolean): void {
  const stack: Node[] = [root];
  const push = (child: Node): void => void stack.push(child);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!enter(node)) continue;
    const start = stack.length;
    forEachChild(node, push);
    reverseFrom(stack, start);
  }
}

/** The same as `preOrder`, and calls `leave` after the children of a node. */
function traverse(root: Node, enter: (node: Node) => boolean, leave: (node: Node) => void): void {
  const stack: Node[] = [root];
  /** The positions in the stack of the nodes entered and not yet left. */
  const entered: number[] = [];
  const push = (child: Node): void => void stack.push(child);
  while (stack.length > 0) {
    const top = stack.length - 1;
    const node = stack[top]!;
    if (entered[entered.length - 1] === top) {
      entered.pop();
      stack.pop();
      leave(node);
    } else if (enter(node)) {
      entered.push(top);
      forEachChild(node, push);
      reverseFrom(stack, top + 1);
    } else {
      stack.pop();
    }
  }
}

function reverseFrom(stack: Node[], start: number): void {
  for (let i = start, j = stack.length - 1; i < j; i++, j--) {
    [stack[i], stack[j]] = [stack[j]!, stack[i]!];
  }
}

/** Whether a node satisfies `test`; stops at the first such node. */
export function someNode(root: Node, test: (node: Node) => boolean): boolean {
  if (root.kind === "IntImm" || root.kind === "Var") return test(root);
  const stack: Node[] = [root];
  const push = (child: Node): void => void stack.push(child);
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (test(node)) return true;
    forEachChild(node, push);
  }
  return false;
}

/** Calls `visit` with every variable that `root` reads, in order; repeated ones repeatedly. */
export function forEachVar(root: Node, visit: (variable: NodeOf<"Var">) => void): void {
  if (root.kind === "IntImm") return;
  if (root.kind === "Var") return visit(root);
  preOrder(root, (node) => {
    if (node.kind === "Var") visit(node);
    return true;
  });
}

/** Whether `node` reads one of the variables for which `test` holds. */
export function usesVar(node: Node, test: (variable: NodeOf<"Var">) => boolean): boolean {
  return someNode(node, (n) => n.kind === "Var" && test(n));
}

/** The expressions of a statement, without those of its sub-statements. */
export function ownExprs(node: Node): PrimExpr[] {
  const own: PrimExpr[] = [];
  forEachChild(node, (child) => {
    if (isExpr(child)) own.push(child);
  });
  return own;
}
