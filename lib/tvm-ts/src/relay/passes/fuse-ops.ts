/**
 * Fuses operators into functions that are compiled as a whole: a convolution with the elementwise
 * operators after it, chains of elementwise operators, chains that move elements.
 *
 * An operator can be fused with its post-dominator, the nearest operator that all its readers lead
 * to, if the operators in between can be fused too.
 */

import { Call, Func, Tuple, TupleGetItem, Var, type Expr } from "../relay-expr";
import { OpPattern } from "../relay-op";
import { sameShape, type Type } from "../type";
import { operandsOf, visitInPostOrder, withOperands } from "../visit";
import type { RelayPass } from "./relay-pass";

export const fuseOps: RelayPass = {
  name: "FuseOps",
  doc: "fuses operators into functions that are compiled as a whole",
  run(func) {
    const groups = partition(func);
    return new Func(func.params, fusedBody(func.body, groups));
  },
};

/** The most operators in a group. */
const MAX_OPERATORS = 256;

/** An expression with its readers. */
interface Node {
  readonly expr: Expr;
  readonly index: number;
  readonly pattern: OpPattern;
  readonly readers: { readonly node: Node; readonly pattern: OpPattern }[];
  /** Whether it is visible outside: the result or an input. */
  external: boolean;
}

class Group {
  private parent: Group | undefined;
  size = 1;
  anchored: boolean;

  constructor(
    readonly root: Expr,
    public pattern: OpPattern,
  ) {
    this.anchored = pattern === OpPattern.outElementwiseFusable;
  }

  find(): Group {
    let top: Group = this as Group;
    while (top.parent !== undefined) top = top.parent;
    return top;
  }

  mergeInto(target: Group): void {
    const [child, parent] = [this.find(), target.find()];
    if (child === parent) return;
    parent.size += child.size;
    child.parent = parent;
    if (!child.anchored) return;
    parent.anchored = true;
    parent.pattern = Math.max(child.pattern, parent.pattern);
  }
}

interface Dominator {
  readonly node: Node;
  readonly parent: Dominator | undefined;
  readonly depth: number;
  /** The pattern that is hardest to fuse on the paths to the parent. */
  readonly pattern: OpPattern;
}

function graphOf(func: Func): Node[] {
  const nodes = new Map<Expr, Node>();
  const order: Node[] = [];
  visitInPostOrder(func.body, (expr) => {
    const node: Node = {
      expr,
      index: order.length,
      pattern: patternOf(expr),
      readers: [],
      external: expr === func.body || expr.kind === "var",
    };
    nodes.set(expr, node);
    order.push(node);
  });
  for (const reader of order) {
    for (const operand of operandsOf(reader.expr)) {
      nodes
        .get(operand)!
        .readers.push({ node: reader, pattern: edgePattern(reader, operand.type) });
    }
  }
  return order;
}

const SCALAR_DTYPES: readonly string[] = ["int32", "int64", "float32", "float64", "bool"];

function patternOf(expr: Expr): OpPattern {
  switch (expr.kind) {
    case "call":
      return expr.op.kind === "op" ? expr.op.pattern : OpPattern.opaque;
    case "constant": {
      const { shape, dtype } = expr.type;
      const simple = shape.length === 0 && SCALAR_DTYPES.includes(dtype);
      return simple ? OpPattern.elementwise : OpPattern.opaque;
    }
    case "tuple":
      return OpPattern.tuple;
    case "tuple_get_item":
      return OpPattern.injective;
    default:
      return OpPattern.opaque;
  }
}

/**
 * An operator's pattern for one of its arguments: broadcasting to the same shape is elementwise.
 */
function edgePattern(reader: Node, operand: Type): OpPattern {
  if (reader.expr.kind === "tuple" || reader.expr.kind === "tuple_get_item")
    return OpPattern.injective;
  const { type } = reader.expr;
  const sameAsResult =
    type.kind === "tensor" && operand.kind === "tensor" && sameShape(type.shape, operand.shape);
  return reader.pattern === OpPattern.broadcast && sameAsResult
    ? OpPattern.elementwise
    : reader.pattern;
}

function postDominators(order: readonly Node[]): Dominator[] {
  const dominators = new Array<Dominator>(order.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (node.external || node.readers.length === 0) {
      dominators[i] = { node, parent: undefined, depth: 1, pattern: OpPattern.opaque };
      continue;
    }
    let pattern = OpPattern.elementwise;
    let parent: Dominator | undefined;
    node.readers.forEach((reader, r) => {
      let other: Dominator | undefined = dominators[reader.node.index]!;
      if (r === 0) parent = other;
      while (parent !== other && parent !== undefined && other !== undefined) {
        const [a, b]: [Dominator, Dominator] = [parent, other];
        if (a.depth >= b.depth) {
          pattern = Math.max(pattern, a.pattern);
          parent = a.parent;
        }
        if (b.depth >= a.depth) {
          pattern = Math.max(pattern, b.pattern);
          other = b.parent;
        }
      }
      if (parent !== other) parent = undefined;
      pattern = Math.max(pattern, reader.pattern);
    });
    dominators[i] = { node, parent, depth: (parent?.depth ?? 0) + 1, pattern };
  }
  return dominators;
}

/** Assigns each expression to a group. */
function partition(func: Func): Map<Expr, Group> {
  const order = graphOf(func);
  const dominators = postDominators(order);
  const groups = order.map((node) => new Group(node.expr, node.pattern));
  const groupOf = (node: Node): Group => groups[node.index]!.find();

  /** Whether all operators on the paths, and the last operator, satisfy the condition. */
  const pathIs = (
    from: Node,
    to: Node,
    test: (p: OpPattern, atEnd: boolean) => boolean,
  ): boolean => {
    const seen = new Set<Node>();
    const check = (node: Node): boolean => {
      if (seen.has(node)) return true;
      seen.add(node);
      if (!test(groupOf(node).pattern, node === to)) return false;
      return node === to || node.readers.every((reader) => check(reader.node));
    };
    return from.readers.every((reader) => check(reader.node));
  };
  const between = (from: Node, to: Node): Node[] => {
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (node === to || seen.has(node)) return;
      seen.add(node);
      node.readers.forEach((reader) => visit(reader.node));
    };
    visit(from);
    return [...seen];
  };
  const fuse = (from: Node, to: Node): void => {
    for (const node of between(from, to)) groupOf(node).mergeInto(groupOf(to));
  };

  for (const phase of [0, 1, 2]) {
    for (const node of order) {
      const group = groups[node.index]!;
      const dominator = dominators[node.index]!;
      const sink = dominator.parent?.node;
      if (group.pattern === OpPattern.opaque || sink === undefined) continue;
      const count = between(node, sink).reduce((sum, one) => sum + groupOf(one).size, 0);
      if (count + groupOf(sink).size > MAX_OPERATORS) continue;
      if (phase === 2) {
        if (group.pattern > OpPattern.injective) continue;
        const root = groupOf(sink);
        const fusedTuple =
          root.pattern !== OpPattern.tuple &&
          groups[sink.index]!.pattern === OpPattern.tuple &&
          root.pattern <= OpPattern.injective;
        if (fusedTuple && pathIs(node, sink, (p) => p <= OpPattern.injective)) fuse(node, sink);
        continue;
      }
      if (groupOf(node) === groupOf(sink)) continue;
      if (groups[sink.index]!.pattern === OpPattern.tuple) continue;
      if (group.pattern === OpPattern.outElementwiseFusable) {
        if (phase !== 0 || dominator.pattern !== OpPattern.elementwise) continue;
        if (pathIs(node, sink, (p) => p <= OpPattern.broadcast)) fuse(node, sink);
      } else if (group.pattern <= OpPattern.broadcast) {
        if (dominator.pattern > OpPattern.reduction) continue;
        const simple = (p: OpPattern, atEnd: boolean): boolean =>
          p <= OpPattern.injective ||
          (atEnd && (p === OpPattern.reduction || p === OpPattern.outElementwiseFusable));
        if (pathIs(node, sink, simple)) fuse(node, sink);
      } else if (group.pattern === OpPattern.injective || group.pattern === OpPattern.tuple) {
        if (phase !== 1) continue;
        if (pathIs(node, sink, (p) => p <= OpPattern.injective)) fuse(node, sink);
      }
    }
  }
  return new Map(order.map((node) => [node.expr, groupOf(node)]));
}

/** The network as calls of functions, with a function for each group. */
function fusedBody(body: Expr, groups: ReadonlyMap<Expr, Group>): Expr {
  const results = new Map<Expr, Expr>();
  const infos = new Map<Group, { params: Var[]; args: Expr[] }>();

  /** The operand inside a group: a parameter if it comes from another group. */
  const inside = (operand: Expr, group: Group): Expr => {
    const result = results.get(operand)!;
    if (groups.get(operand) === group) return result;
    let info = infos.get(group);
    if (info === undefined) infos.set(group, (info = { params: [], args: [] }));
    const index = info.args.indexOf(result);
    if (index >= 0) return info.params[index]!;
    const param = new Var(`p${info.params.length}`, operand.type);
    info.params.push(param);
    info.args.push(result);
    return param;
  };

  visitInPostOrder(body, (expr) => {
    const group = groups.get(expr)!;
    const isRoot = group.root === expr;
    const operands = operandsOf(expr);
    const mapped = (): Expr[] => operands.map((operand) => results.get(operand)!);
    if (expr.kind === "call" && expr.op.kind === "op") {
      if (expr.op.name === "annotation.stop_fusion") {
        results.set(expr, results.get(expr.args[0]!)!);
        return;
      }
      const call = expr.withArgs(operands.map((operand) => inside(operand, group)));
      results.set(expr, isRoot ? asFunction(call, infos.get(group)) : call);
    } else if (expr.kind === "tuple" && !isRoot) {
      results.set(expr, new Tuple(operands.map((operand) => inside(operand, group))));
    } else if (expr.kind === "tuple_get_item" && groups.get(expr.tuple) === group) {
      const item = new TupleGetItem(inside(expr.tuple, group), expr.index);
      results.set(expr, isRoot ? asFunction(item, infos.get(group)) : item);
    } else {
      results.set(expr, withOperands(expr, mapped()));
    }
  });
  return results.get(body)!;
}

function asFunction(body: Expr, info: { params: Var[]; args: Expr[] } | undefined): Call {
  return new Call(new Func(info?.params ?? [], body, true), info?.args ?? []);
}
