/**
 * Rewriting, derived from the shape table.
 *
 * A rewrite is an object with a handler for each kind it cares about:
 *
 *     mutate(body, {
 *       For(loop, recur) {
 *         if (loop.forKind !== "unrolled") return undefined; // the default: rewrite the children
 *         return unroll(loop, recur(loop.body));
 *       },
 *     });
 *
 * Unchanged children give back the same object, so `result === input` means nothing changed. Spans
 * are carried over by the driver. Long left-leaning chains of operators (`a + b + c + ...`) and
 * nested blocks of one statement do not deepen the call stack.
 */

import type { IterVar, PrimExpr } from "./expr";
import { isExpr, Range } from "./expr";
import {
  childFieldsOf,
  construct,
  constructBinary,
  fieldsOf,
  isBinary,
  type BinaryNode,
  type Kind,
  type Node,
  type NodeOf,
  type Role,
} from "./shapes";
import type { Annotations, Stmt } from "./stmt";

/** What a rewrite of a node may give: another node of its sort. */
export type Rewritten<N extends Node> = N extends PrimExpr ? PrimExpr : Stmt;

/** Applies the rewrite: to a node, or (`children`) only to what is below it. */
export interface Recur {
  <N extends Node>(node: N): Rewritten<N>;
  children<N extends Node>(node: N): N;
}

/** A handler gives the replacement, or `undefined` for the default (rewrite the children). */
export type Handlers = {
  readonly [K in Kind]?: (node: NodeOf<K>, recur: Recur) => Rewritten<NodeOf<K>> | undefined;
};

type AnyHandler = ((node: Node, recur: Recur) => Node | undefined) | undefined;

/** Rewrites `root` with `handlers`. */
export function mutate<N extends Node>(root: N, handlers: Handlers): Rewritten<N> {
  return mutator(handlers)(root);
}

/** The same rewrite for several roots; handlers that share state between them need this. */
export function mutator(handlers: Handlers): Recur {
  const table = handlers as Record<string, AnyHandler>;

  const rewrite = (node: Node): Node => {
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
    // Walk down the left operands in a loop; rebuild on the way up.
    const spine: BinaryNode[] = [node];
    let left: Node = node.a;
    while (isBinary(left) && table[left.kind] === undefined) {
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

/** Handlers for statements only. */
export type StmtHandlers = {
  readonly [K in Stmt["kind"]]?: (node: NodeOf<K>, recur: StmtRecur) => Stmt | undefined;
};

export interface StmtRecur {
  (stmt: Stmt): Stmt;
  children<S extends Stmt>(stmt: S): S;
}

/** A rewrite that leaves expressions as they are and does not walk them. */
export function stmtMutator(handlers: StmtHandlers): StmtRecur {
  const table = handlers as Record<
    string,
    ((stmt: Stmt, recur: StmtRecur) => Stmt | undefined) | undefined
  >;
  const rewrite = (stmt: Stmt): Stmt => table[stmt.kind]?.(stmt, recur) ?? recur.children(stmt);
  const recur = ((stmt: Stmt) => rewrite(stmt)) as StmtRecur;
  recur.children = (stmt) => mapChildren(stmt, (child) => (isExpr(child) ? child : rewrite(child)));
  return recur;
}

function withOperands(node: BinaryNode, a: Node, b: Node): Node {
  if (a === node.a && b === node.b) return node;
  return constructBinary(node.kind, a as PrimExpr, b as PrimExpr, node.span);
}

/** The node with `map` applied to each child; the same object if no child changes. */
export function mapChildren<N extends Node>(node: N, map: (child: Node) => Node): N {
  const record = node as unknown as Record<string, unknown>;
  let changed: unknown[] | undefined;
  for (const { name, role, place } of childFieldsOf[node.kind]) {
    const before = record[name];
    const after = mapField(before, role, map);
    if (after === before) continue;
    changed ??= fieldsOf[node.kind].map((field) => record[field.name]);
    changed[place] = after;
  }
  return changed === undefined ? node : (construct(node.kind, changed, node.span) as N);
}

function mapField(value: unknown, role: Role, map: (child: Node) => Node): unknown {
  switch (role) {
    case "expr":
    case "stmt":
      return map(value as Node);
    case "stmt?":
      return value === undefined ? value : map(value as Node);
    case "exprs":
    case "stmts":
      return mapArray(value as readonly Node[], map);
    case "ranges":
      return mapArray(value as readonly Range[], (range) => mapRange(range, map));
    case "reduceAxes":
      return mapArray(value as readonly IterVar[], (axis) => mapIterVar(axis, map));
    case "attrNode":
      return isExpr(value) ? map(value) : value;
    case "annotations":
      return mapRecord(value as Annotations, map);
    default:
      return value;
  }
}

/** The array with `map` applied; the same array if no element changes. */
export function mapArray<T>(
  array: readonly T[],
  map: (element: T, index: number) => T,
): readonly T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const before = array[i]!;
    const after = map(before, i);
    if (after === before) continue;
    changed ??= array.slice();
    changed[i] = after;
  }
  return changed ?? array;
}

function mapRange(range: Range, map: (child: Node) => Node): Range {
  const min = map(range.min) as PrimExpr;
  const extent = map(range.extent) as PrimExpr;
  return min === range.min && extent === range.extent ? range : new Range(min, extent);
}

function mapIterVar(axis: IterVar, map: (child: Node) => Node): IterVar {
  if (axis.dom === undefined) return axis;
  const dom = mapRange(axis.dom, map);
  return dom === axis.dom ? axis : axis.withDom(dom);
}

function mapRecord(record: Annotations, map: (child: Node) => Node): Annotations {
  let changed: Record<string, PrimExpr> | undefined;
  for (const key of Object.keys(record)) {
    const after = map(record[key]!) as PrimExpr;
    if (after === record[key]) continue;
    changed ??= { ...record };
    changed[key] = after;
  }
  return changed ?? record;
}
