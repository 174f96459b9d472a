/**
 * Rewriting with an analyzer that has the facts of the current position: the ranges of the loops and
 * threads around it, the values of `let`s, and the conditions under which it is reached.
 */

import {
  builtin,
  CallEffect,
  constant,
  IterVar,
  isOne,
  isZero,
  mapArray,
  mutator,
  noOp,
  Not,
  Range,
  sideEffect,
  update,
  type AssertStmt,
  type AttrStmt,
  type Call,
  type For,
  type Handlers,
  type IfThenElse,
  type Kind,
  type Let,
  type LetStmt,
  type Node,
  type PrimExpr,
  type Recur,
  type Reduce,
  type Select,
  type Stmt,
} from "../ir";
import type { Analyzer } from "./analyzer";

type AnyHandler = ((node: Node, recur: Recur) => Node | undefined) | undefined;

/**
 * Like `mutator`, with the facts added to `analyzer`. The default for a node that binds a variable or
 * branches on a condition adds the fact before the parts are rewritten, and removes branches that are
 * never reached. `recur.children(node)` rewrites the parts without adding the facts of `node`.
 * Bindings are not removed, since variables are bound once in a function.
 */
export function simplifyingMutator(analyzer: Analyzer, handlers: Handlers = {}): Recur {
  const scoped = new ScopedDefaults(analyzer).handlers() as Record<string, AnyHandler>;
  const own = handlers as Record<string, AnyHandler>;
  const table: Record<string, AnyHandler> = { ...own };
  for (const kind of Object.keys(scoped) as Kind[]) {
    table[kind] = (node, recur) => own[kind]?.(node, recur) ?? scoped[kind]!(node, recur);
  }
  return mutator(table as Handlers);
}

class ScopedDefaults {
  constructor(private readonly analyzer: Analyzer) {}

  handlers(): Handlers {
    return {
      For: (node, recur) => this.loop(node, recur),
      AttrStmt: (node, recur) => this.attribute(node, recur),
      LetStmt: (node, recur) => this.let(node, recur),
      Let: (node, recur) => this.let(node, recur),
      IfThenElse: (node, recur) => this.branch(node, recur),
      AssertStmt: (node, recur) => this.assertion(node, recur),
      Select: (node, recur) => this.select(node, recur),
      Call: (node, recur) =>
        node.op === builtin.ifThenElse ? this.choice(node, recur) : undefined,
      Reduce: (node, recur) => this.reduction(node, recur),
    };
  }

  private loop(node: For, recur: Recur): Stmt {
    this.analyzer.bind(node.loopVar, new Range(node.min, node.extent));
    return recur.children(node);
  }

  private attribute(node: AttrStmt, recur: Recur): Stmt {
    if (node.key === "thread_extent" || node.key === "virtual_thread") {
      const { var_ } = node.node as IterVar;
      this.analyzer.bind(var_, new Range(constant(0, node.value.dtype), node.value));
    }
    return recur.children(node);
  }

  private let<N extends Let | LetStmt>(node: N, recur: Recur): N {
    const value = recur(node.value);
    if (sideEffect(value) <= CallEffect.Pure) this.analyzer.bind(node.var_, value);
    return update(node as LetStmt, { value, body: recur((node as LetStmt).body) }) as N;
  }

  private branch(node: IfThenElse, recur: Recur): Stmt {
    const condition = recur(node.condition);
    const test = withoutLikely(condition);
    const thenCase = this.analyzer.withConstraint(test, () => recur(node.thenCase));
    const { elseCase } = node;
    const otherwise = elseCase && this.whenFalse(test, () => recur(elseCase));
    if (isOne(test)) return thenCase;
    if (isZero(test)) return otherwise ?? noOp();
    return update(node, { condition, thenCase, elseCase: otherwise });
  }

  private assertion(node: AssertStmt, recur: Recur): Stmt {
    const condition = recur(node.condition);
    const body = this.analyzer.withConstraint(condition, () => recur(node.body));
    return update(node, { condition, body });
  }

  private select(node: Select, recur: Recur): PrimExpr {
    const [condition, trueValue, falseValue] = this.choose(
      [node.condition, node.trueValue, node.falseValue],
      recur,
    );
    if (isZero(condition)) return falseValue;
    if (isOne(condition)) return trueValue;
    return update(node, { condition, trueValue, falseValue });
  }

  private choice(node: Call, recur: Recur): PrimExpr {
    const [condition, whenTrue, whenFalse] = this.choose(node.args, recur);
    if (isZero(condition)) return whenFalse;
    if (isOne(condition)) return whenTrue;
    const rewritten = [condition, whenTrue, whenFalse];
    return update(node, { args: mapArray(node.args, (_, i) => rewritten[i]!) });
  }

  private choose(parts: readonly PrimExpr[], recur: Recur): [PrimExpr, PrimExpr, PrimExpr] {
    const condition = recur(parts[0]!);
    const whenTrue = this.analyzer.withConstraint(condition, () => recur(parts[1]!));
    const whenFalse = this.whenFalse(condition, () => recur(parts[2]!));
    return [condition, whenTrue, whenFalse];
  }

  private whenFalse<T>(condition: PrimExpr, run: () => T): T {
    return this.analyzer.withConstraint(this.analyzer.rewriteSimplify(new Not(condition)), run);
  }

  private reduction(node: Reduce, recur: Recur): PrimExpr {
    for (const axis of node.axis) {
      if (axis.dom !== undefined) this.analyzer.bind(axis.var_, axis.dom);
    }
    return recur.children(node);
  }
}

function withoutLikely(condition: PrimExpr): PrimExpr {
  return condition.kind === "Call" && condition.op === builtin.likely
    ? condition.args[0]!
    : condition;
}
