/**
 * The table of shapes: for each kind of node its fields, in constructor order, and the role of each
 * field. Walking, mapping, comparing and hashing are derived from it; only printers, the verifier and
 * code generators handle each kind separately.
 */

import * as expr from "./expr";
import type { PrimExpr } from "./expr";
import * as stmt from "./stmt";
import type { Stmt } from "./stmt";

export type Node = PrimExpr | Stmt;
export type Kind = Node["kind"];
export type NodeOf<K extends Kind> = Extract<Node, { kind: K }>;

/** The role of a field in traversals. */
export type Role =
  | "expr"
  | "exprs"
  | "stmt"
  | "stmt?"
  | "stmts"
  /** An array of `Range`: their bounds are children. */
  | "ranges"
  /** A variable bound by this node. */
  | "def"
  /** A buffer variable bound by this node, within its body. */
  | "defBuffer"
  /** A buffer, by identity; not a child. */
  | "buffer"
  /** An `IterVar` or `undefined`. */
  | "iterVar"
  /** The axes of a reduction: bound by this node, their domains are children. */
  | "reduceAxes"
  | "reducer"
  /** The node of an `AttrStmt`: a child if it is an expression. */
  | "attrNode"
  /** A record of expressions. */
  | "annotations"
  /** A plain value, compared directly. */
  | "plain";

type FieldOf<N> = Exclude<
  { [F in keyof N]: N[F] extends (...args: never[]) => unknown ? never : F }[keyof N],
  symbol | "kind" | "span" | "origin" | "dtype" | "hash" | "features" | "size"
>;

/**
 * The role of every field of every kind; `dtype` only if it is not derived from the other fields.
 */
export type ShapeTable = {
  readonly [K in Kind]: Readonly<Record<FieldOf<NodeOf<K>>, Role> & Partial<Record<"dtype", Role>>>;
};

const binary = { a: "expr", b: "expr" } as const;

export const shapes = {
  Var: { name: "plain", dtype: "plain", pointer: "plain", isSize: "plain" },
  IntImm: { value: "plain", dtype: "plain" },
  FloatImm: { value: "plain", dtype: "plain" },
  StringImm: { value: "plain" },
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Mod: binary,
  FloorDiv: binary,
  FloorMod: binary,
  Min: binary,
  Max: binary,
  EQ: binary,
  NE: binary,
  LT: binary,
  LE: binary,
  GT: binary,
  GE: binary,
  And: binary,
  Or: binary,
  Not: { a: "expr" },
  Select: { condition: "expr", trueValue: "expr", falseValue: "expr" },
  Cast: { dtype: "plain", value: "expr" },
  BufferLoad: { buffer: "buffer", indices: "exprs" },
  ProducerLoad: { producer: "plain", indices: "exprs" },
  Ramp: { base: "expr", stride: "expr", lanes: "plain" },
  Broadcast: { value: "expr", lanes: "plain" },
  Shuffle: { vectors: "exprs", indices: "exprs" },
  Let: { var_: "def", value: "expr", body: "expr" },
  Call: { dtype: "plain", op: "plain", args: "exprs" },
  Reduce: {
    combiner: "reducer",
    source: "exprs",
    init: "exprs",
    axis: "reduceAxes",
    condition: "expr",
    valueIndex: "plain",
  },
  LetStmt: { var_: "def", value: "expr", body: "stmt" },
  AttrStmt: { node: "attrNode", key: "plain", value: "expr", body: "stmt" },
  IfThenElse: { condition: "expr", thenCase: "stmt", elseCase: "stmt?" },
  For: {
    loopVar: "def",
    min: "expr",
    extent: "expr",
    forKind: "plain",
    body: "stmt",
    threadBinding: "iterVar",
    annotations: "annotations",
  },
  While: { condition: "expr", body: "stmt" },
  Allocate: {
    bufferVar: "def",
    dtype: "plain",
    extents: "exprs",
    condition: "expr",
    body: "stmt",
    annotations: "annotations",
  },
  BufferStore: { buffer: "buffer", value: "expr", indices: "exprs" },
  BufferRealize: { buffer: "defBuffer", bounds: "ranges", condition: "expr", body: "stmt" },
  ProducerStore: { producer: "plain", value: "expr", indices: "exprs" },
  ProducerRealize: {
    producer: "plain",
    bounds: "ranges",
    condition: "expr",
    body: "stmt",
    storageScope: "plain",
  },
  Prefetch: { buffer: "buffer", bounds: "ranges" },
  AssertStmt: { condition: "expr", message: "plain", body: "stmt" },
  SeqStmt: { seq: "stmts" },
  Evaluate: { value: "expr" },
} as const satisfies ShapeTable;

const STATEMENTS: ReadonlySet<string> = new Set(Object.keys(shapes).filter((kind) => kind in stmt));
const OPERATORS: ReadonlySet<string> = new Set(
  Object.entries(shapes).flatMap(([kind, shape]) => (shape === binary ? [kind] : [])),
);

/** Whether tables by kind have entries for expressions at all, and for operators. */
export function entriesOf(...tables: readonly (object | undefined)[]): {
  readonly expressions: boolean;
  readonly operators: boolean;
} {
  const found = { expressions: false, operators: false };
  for (const table of tables) {
    for (const kind in table) {
      if (STATEMENTS.has(kind)) continue;
      found.expressions = true;
      found.operators ||= OPERATORS.has(kind);
    }
  }
  return found;
}

/** A kind's fields, in constructor order. */
export interface NodeField {
  readonly name: string;
  readonly role: Role;
  /** Its position among the constructor's parameters. */
  readonly place: number;
}

export const fieldsOf = Object.fromEntries(
  Object.entries(shapes).map(([kind, shape]) => [
    kind,
    Object.entries(shape).map(([name, role], place) => ({ name, role, place })),
  ]),
) as unknown as Readonly<Record<Kind, readonly NodeField[]>>;

type Constructor = new (...args: unknown[]) => Node;

const constructors: Readonly<Record<string, Constructor>> = { ...expr, ...stmt } as never;

/** A node of `kind` with these fields, in the table's order. */
export function construct(kind: Kind, fields: readonly unknown[], span: Node["span"]): Node {
  return new constructors[kind]!(...fields, span);
}

/** The value of a node's field, for code that handles all kinds. */
export function fieldValue(node: Node, field: NodeField): unknown {
  return (node as unknown as Record<string, unknown>)[field.name];
}
