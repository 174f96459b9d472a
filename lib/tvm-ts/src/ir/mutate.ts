/**
 * Rewriting, derived from the shape table.
 *
 * A rewrite is an object with a handler for each kind of node that it changes:
 *
 *     mutate(body, {
 *       For(loop, recur) {
 *         if (loop.forKind !== "unrolled") return undefined; // the default: rewrite the children
 *         return unroll(loop, recur(loop.body));
 *       },
 *     });
 *
 * A rewrite without handlers for expressions does not visit them.
 *
 * If no child changes, the result is the same object, so `result === input` means nothing changed.
 * Spans are carried over by `mutate`. Long left-leaning chains of operators (`a + b + c + ...`) and
 * nested blocks of one statement do not deepen the call stack.
 */

import { mapChildren } from "./children.generated";
import { isBinary, isExpr, newOperator, type OperatorExpr, type PrimExpr } from "./expr";
import { entriesOf, type Kind, type Node, type NodeOf } from "./shapes";
import type { Stmt } from "./stmt";

/** The result of rewriting a node: an expression for an expression, a statement for a statement. */
export type Rewritten<N extends Node> = N extends PrimExpr ? PrimExpr : Stmt;

/** Applies the rewrite to a node, or (`children`) only to its children. */
export interface Recur {
  <N extends Node>(node: N): Rewritten<N>;
  children<N extends Node>(node: N): N;
}

/** A handler returns the replacement, or `undefined` for the default (rewrite the children). */
export type Handlers = {
  readonly [K in Kind]?: (node: NodeOf<K>, recur: Recur) => Rewritten<NodeOf<K>> | undefined;
};

type AnyHandler = ((node: Node, recur: Recur) => Node | undefined) | undefined;

/** Rewrites `root` with `handlers`. */
export function mutate<N extends Node>(root: N, handlers: Handlers): Rewritten<N> {
  return mutator(handlers)(root);
}

/** The same rewrite for several roots, for handlers that share state between them. */
export function mutator(handlers: Handlers): Recur {
  const table = handlers as Record<string, AnyHandler>;
  const handled = entriesOf(handlers);

  const rewrite = (node: Node): Node => {
    if (!handled.expressions && isExpr(node)) return node;
    if (!handled.operators && isBinary(node)) return rewriteChildren(node);
    const handler = table[node.kind];
    if (handler !== undefined) {
      const result = handler(node, recur);
      if (result !== undefined) return result;
    }
    return rewriteChildren(node);
  };

  const rewriteChildren = (node: Node): Node => {
    if (!isBinary(node)) return mapChildren(node, rewrite);
    if (!isBinary(node.a)) return withOperands(node, rewrite(node.a), rewrite(node.b));
    // Go down the left operands in a loop, then rebuild upward.
    const spine: OperatorExpr[] = [node];
    let left: Node = node.a;
    while (isBinary(left) && (!handled.operators || table[left.kind] === undefined)) {
      spine.push(left);
      left = left.a;
    }
    let below = rewrite(left);
    while (spine.length > 0) {
      const parent = spine.pop()!;
      below = withOperands(parent, below, rewrite(parent.b));
    }
    return below;
  };

  const recur = ((node: Node) => rewrite(node)) as Recur;
  recur.children = ((node: Node) => rewriteChildren(node)) as Recur["children"];
  return recur;
}

/** @deprecated Write {@link mutator}: without handlers for expressions it does the same. */
export const stmtMutator = mutator;

function withOperands(node: OperatorExpr, a: Node, b: Node): Node {
  if (a === node.a && b === node.b) return node;
  return newOperator(node.kind, a as PrimExpr, b as PrimExpr, node.span);
}
