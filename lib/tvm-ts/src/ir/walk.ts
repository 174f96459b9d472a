/** Read-only traversal, derived from the shape table. */

import type { IterVar, PrimExpr, Range } from "./expr";
import { isExpr } from "./expr";
import { fieldsOf, type Kind, type Node, type NodeOf, type Role } from "./shapes";
import type { Annotations } from "./stmt";

/** Calls `visit` with each child of `node`, in field order. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  const record = node as unknown as Record<string, unknown>;
  for (const { name, role } of fieldsOf[node.kind]) {
    if (role === "plain" || role === "def" || role === "buffer") continue;
    visitField(record[name], role, visit);
  }
}

function visitField(value: unknown, role: Role, visit: (child: Node) => void): void {
  switch (role) {
    case "expr":
    case "stmt":
      visit(value as Node);
      break;
    case "stmt?":
      if (value !== undefined) visit(value as Node);
      break;
    case "exprs":
    case "stmts":
      for (const child of value as readonly Node[]) visit(child);
      break;
    case "ranges":
      for (const range of value as readonly Range[]) {
        visit(range.min);
        visit(range.extent);
      }
      break;
    case "reduceAxes":
      for (const axis of value as readonly IterVar[]) {
        if (axis.dom === undefined) continue;
        visit(axis.dom.min);
        visit(axis.dom.extent);
      }
      break;
    case "attrNode":
      if (isExpr(value)) visit(value);
      break;
    case "annotations":
      for (const child of Object.values(value as Annotations)) visit(child);
      break;
    default:
      break;
  }
}

/** Calls by kind; `false` from an `enter` handler keeps the walk out of the node. */
export type Visitor = { readonly [K in Kind]?: (node: NodeOf<K>) => void | boolean };

type AnyVisit = ((node: Node) => void | boolean) | undefined;

/**
 * Walks everything below and including `root`, parents before children (`enter`) and children
 * before parents (`leave`). Deep trees are fine: the walk keeps its own stack.
 */
export function walk(root: Node, enter: Visitor, leave: Visitor = {}): void {
  const enterAny = enter as Record<string, AnyVisit>;
  const leaveAny = leave as Record<string, AnyVisit>;
  // A node is on the stack once to be entered and, below its children, once more to be left.
  const stack: { node: Node; entered: boolean }[] = [{ node: root, entered: false }];
  const children: Node[] = [];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.entered) {
      stack.pop();
      leaveAny[top.node.kind]?.(top.node);
      continue;
    }
    top.entered = true;
    if (enterAny[top.node.kind]?.(top.node) === false) {
      stack.pop();
      continue;
    }
    children.length = 0;
    forEachChild(top.node, (child) => children.push(child));
    for (let i = children.length - 1; i >= 0; i--) {
      stack.push({ node: children[i]!, entered: false });
    }
  }
}

/** Calls `visit` with every node, children before parents. */
export function postOrderVisit(root: Node, visit: (node: Node) => void): void {
  const stack: { node: Node; entered: boolean }[] = [{ node: root, entered: false }];
  const children: Node[] = [];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.entered) {
      stack.pop();
      visit(top.node);
      continue;
    }
    top.entered = true;
    children.length = 0;
    forEachChild(top.node, (child) => children.push(child));
    for (let i = children.length - 1; i >= 0; i--) {
      stack.push({ node: children[i]!, entered: false });
    }
  }
}

/** Whether some node satisfies `test`; stops at the first that does. */
export function someNode(root: Node, test: (node: Node) => boolean): boolean {
  const stack: Node[] = [root];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (test(node)) return true;
    forEachChild(node, (child) => stack.push(child));
  }
  return false;
}

/** Whether `node` reads one of the variables for which `test` holds. */
export function usesVar(node: Node, test: (variable: NodeOf<"Var">) => boolean): boolean {
  return someNode(node, (n) => n.kind === "Var" && test(n));
}

/** The expressions of a statement that are its own, not its sub-statements'. */
export function ownExprs(node: Node): PrimExpr[] {
  const own: PrimExpr[] = [];
  forEachChild(node, (child) => {
    if (isExpr(child)) own.push(child);
  });
  return own;
}
