/** Splits one loop after another; see `index.ts`. */

import { Analyzer, intersect, IntSet } from "../../arith";
import {
  add,
  and,
  constant,
  eq,
  flattenSeq,
  For,
  ge,
  gt,
  IfThenElse,
  IntImm,
  isExpr,
  IterVar,
  le,
  lt,
  mapChildren,
  max,
  min,
  mutator,
  Range,
  sub,
  substitute,
  threadScope,
  trueImm,
  falseImm,
  update,
  type AttrStmt,
  type Node,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../../ir";
import type { OptionGroups } from "../../pass";
import { convertSSA } from "../convert-ssa";
import { findCandidates, type Candidates } from "./candidates";
import { findIntervals, type Known } from "./finder";

/** A loop, or the launch of thread blocks. */
interface PartitionedLoop {
  readonly stmt: For | AttrStmt;
  readonly variable: Var;
  /** First and last value. */
  readonly first: PrimExpr;
  readonly last: PrimExpr;
}

/** Values of the variable for which all of some conditions hold, or none of them holds. */
interface SettledInterval {
  readonly interval: IntSet;
  readonly conditions: ReadonlySet<PrimExpr>;
  readonly hold: boolean;
}

/** The depth to which parts are split again. Each split makes up to three copies of the body. */
const MAX_DEPTH = 2;

const NON_NEGATIVE = new Range(new IntImm(0), new IntImm(2 ** 31 - 1));

export class LoopPartitioner {
  private readonly analyzer = new Analyzer();
  private readonly hints = new Map<Var, IntSet>();
  private readonly relax = new Map<Var, IntSet>();
  /** The depth of the current split. */
  private depth = 0;
  private candidates: Candidates = { loops: new Set(), hinted: new Set() };

  /** @param sizes variables that are not negative: the sizes of arguments */
  constructor(
    private readonly options: OptionGroups["tir.LoopPartition"],
    private readonly sizes: readonly Var[],
  ) {}

  partition(stmt: Stmt): Stmt {
    const outer = this.candidates;
    const { partitionConstLoop } = this.options;
    this.candidates = findCandidates(stmt, partitionConstLoop, outer.hinted);
    const result = this.rewrite(stmt);
    this.candidates = { loops: outer.loops, hinted: this.candidates.hinted };
    return result;
  }

  private readonly rewrite = mutator({
    For: (loop, recur) => {
      const { loopVar, extent } = loop;
      const last = sub(add(loop.min, extent), 1);
      const split = this.trySplit({ stmt: loop, variable: loopVar, first: loop.min, last });
      if (split !== undefined) return split;
      return within(this.hints, loopVar, IntSet.interval(loop.min, last), () =>
        recur.children(loop),
      );
    },
    AttrStmt: (attr, recur) => {
      if (attr.key !== "thread_extent" || !(attr.node instanceof IterVar)) return undefined;
      const { var_: variable, threadTag } = attr.node;
      const first = constant(0, variable.dtype);
      const last = sub(attr.value, 1);
      const split = this.trySplit({ stmt: attr, variable, first, last });
      if (split !== undefined) return split;
      // The threads of a block may have any index at any time; the index of a block is fixed.
      const domains = threadScope(threadTag).rank === 1 ? this.relax : this.hints;
      return within(domains, variable, IntSet.interval(first, last), () => recur.children(attr));
    },
  });

  private trySplit(subject: PartitionedLoop): Stmt | undefined {
    const { stmt, variable, first, last } = subject;
    if (!this.candidates.loops.has(stmt)) return undefined;
    const isHinted = this.candidates.hinted.has(variable);
    const known = within(this.hints, variable, IntSet.interval(first, last), () =>
      findIntervals(stmt.body, variable, { hints: this.hints, relax: this.relax }, isHinted),
    );
    if (known.length === 0) return undefined;

    const all = IntSet.interval(first, last);
    const middle =
      this.middleOf(known, all, true, isHinted) ?? this.middleOf(known, all, false, isHinted);
    if (middle === undefined) {
      const unrolls = isHinted && this.options.unrollLoopWithPartitionHintNoInterval;
      if (!unrolls || !this.analyzer.canProve(gt(sub(last, first), 0))) return undefined;
      const extent = add(sub(last, first), 1);
      return new For(
        variable,
        first,
        extent,
        "unrolled",
        stmt.body,
        undefined,
        undefined,
        stmt.span,
      );
    }
    return convertSSA(this.split(subject, middle));
  }

  /** The interval in which all conditions that can have the value `hold` have it. */
  private middleOf(
    known: readonly Known[],
    all: IntSet,
    hold: boolean,
    isHinted: boolean,
  ): SettledInterval | undefined {
    const relevant = known.filter(
      (one) => one.holds === hold && !intersect([one.interval, all]).isNothing,
    );
    const whole = intersect(relevant.map((one) => one.interval));
    if (!this.isEmpty(whole)) {
      const conditions = new Set(relevant.map((one) => one.condition));
      return { interval: whole, conditions, hold };
    }
    if (!isHinted || relevant.length === 0) return undefined;
    // As many conditions as have a common interval.
    let common = IntSet.everything();
    const conditions = new Set<PrimExpr>();
    for (const { condition, interval } of relevant) {
      const narrower = intersect([common, interval]);
      if (this.isEmpty(narrower)) break;
      common = narrower;
      conditions.add(condition);
    }
    return { interval: common, conditions, hold };
  }

  private isEmpty({ isNothing, hasLowerBound, hasUpperBound, min, max }: IntSet): boolean {
    return isNothing || (hasLowerBound && hasUpperBound && this.analyzer.canProve(gt(min, max)));
  }

  private split(subject: PartitionedLoop, middle: SettledInterval): Stmt {
    const { stmt, first, last } = subject;
    const proofs = this.proofs();
    const before = this.partBefore(subject, middle.interval, proofs);
    const after = this.partAfter(subject, middle.interval, before.end, proofs);
    if (stmt.kind === "AttrStmt") {
      let condition: PrimExpr = trueImm();
      if (!this.analyzer.canProve(eq(before.end, first))) {
        condition = and(condition, ge(subject.variable, before.end));
      }
      if (!this.analyzer.canProve(eq(after.begin, add(last, 1)))) {
        condition = and(condition, lt(subject.variable, after.begin));
      }
      return branchInThread(stmt, condition, middle.conditions);
    }
    let main: Stmt | undefined;
    let { part: pre } = before;
    let { part: post } = after;
    if (!this.analyzer.canProve(ge(before.end, after.begin))) {
      const decided = decide(stmt.body, middle.conditions, middle.hold);
      const extent = sub(after.begin, before.end);
      main = this.partition(this.part(stmt, before.end, extent, decided));
      if (before.splitsFurther) pre = this.partitionPart(subject, pre);
      if (after.splitsFurther) post = this.partitionPart(subject, post);
    }
    return flattenSeq(pre, main, post);
  }

  /**
   * Splits a part again, if it has fewer steps than its loop. Otherwise it would be split at the same
   * place again, without end.
   */
  private partitionPart(
    { variable, first, last }: PartitionedLoop,
    part: Stmt | undefined,
  ): Stmt | undefined {
    if (part === undefined) return undefined;
    if (part.kind === "For" && part.loopVar === variable) {
      const steps = add(sub(last, first), 1);
      const isShorter = !this.analyzer.canProve(ge(part.extent, steps));
      if (this.depth === MAX_DEPTH || !isShorter) return part;
    }
    this.depth++;
    const result = this.partition(part);
    this.depth--;
    return result;
  }

  /** Proves conditions that the generated code does not test: that a part is inside the loop. */
  private proofs(): Analyzer {
    const analyzer = new Analyzer();
    for (const size of this.sizes) analyzer.bind(size, NON_NEGATIVE);
    for (const domains of [this.relax, this.hints]) {
      for (const [variable, { min, max }] of domains) {
        analyzer.bind(variable, new Range(min, add(sub(max, min), 1)), true);
      }
    }
    return analyzer;
  }

  /** The values before the middle, where the conditions are still tested. */
  private partBefore(
    { stmt, first, last }: PartitionedLoop,
    middle: IntSet,
    proofs: Analyzer,
  ): Part & { end: PrimExpr } {
    if (!middle.hasLowerBound) return { part: undefined, splitsFurther: false, end: first };
    let end = this.analyzer.simplify(middle.min);
    if (this.analyzer.canProve(eq(end, first))) {
      return { part: undefined, splitsFurther: false, end };
    }
    const extent = this.analyzer.simplify(sub(end, first));
    const splitsFurther = this.analyzer.canProve(gt(extent, 0));
    if (!splitsFurther) end = max(end, first);
    // The middle may begin behind the loop.
    const behind = add(last, 1);
    if (!proofs.canProve(le(end, behind))) end = this.analyzer.simplify(min(end, behind));
    const isEmpty = this.analyzer.canProve(le(extent, 0));
    const part = isEmpty ? undefined : this.part(stmt, first, sub(end, first), stmt.body);
    return { part, splitsFurther, end };
  }

  /** The values after the middle, which begins at `middleBegin`. */
  private partAfter(
    { stmt, last }: PartitionedLoop,
    middle: IntSet,
    middleBegin: PrimExpr,
    proofs: Analyzer,
  ): Part & { begin: PrimExpr } {
    const behind = add(last, 1);
    if (!middle.hasUpperBound) return { part: undefined, splitsFurther: false, begin: behind };
    let begin = this.analyzer.simplify(add(middle.max, 1));
    if (this.analyzer.canProve(eq(middle.max, last))) {
      return { part: undefined, splitsFurther: false, begin };
    }
    let extent = this.analyzer.simplify(add(sub(last, begin), 1));
    const splitsFurther = this.analyzer.canProve(gt(extent, 0));
    if (!splitsFurther) begin = min(begin, behind);
    // The middle may be empty, and end before the loop.
    if (!proofs.canProve(ge(begin, middleBegin))) {
      begin = this.analyzer.simplify(max(begin, middleBegin));
      extent = this.analyzer.simplify(sub(behind, begin));
    }
    const isEmpty = this.analyzer.canProve(le(extent, 0));
    const part = isEmpty ? undefined : this.part(stmt, begin, extent, stmt.body);
    return { part, splitsFurther, begin };
  }

  /** `extent` iterations of a loop, starting at `begin`. */
  private part(stmt: PartitionedLoop["stmt"], begin: PrimExpr, extent: PrimExpr, body: Stmt): Stmt {
    if (stmt.kind === "AttrStmt") return stmt; // thread blocks are not launched in parts
    const { loopVar, forKind, span } = stmt;
    const moved = substitute(body, new Map([[loopVar, add(loopVar, begin)]]));
    const isSingle = this.analyzer.canProve(eq(extent, constant(1)));
    if (isSingle && !this.options.noUnrollLoopWithExtentOne) {
      return substitute(moved, new Map([[loopVar, new IntImm(0, loopVar.dtype)]]));
    }
    const zero = new IntImm(0, stmt.min.dtype);
    return new For(loopVar, zero, extent, forKind, moved, undefined, undefined, span);
  }
}

interface Part {
  /** Undefined if the part is empty. */
  readonly part: Stmt | undefined;
  /** Whether the part can be split again: it is not empty. */
  readonly splitsFurther: boolean;
}

function within<T>(domains: Map<Var, IntSet>, variable: Var, domain: IntSet, run: () => T): T {
  domains.set(variable, domain);
  const result = run();
  domains.delete(variable);
  return result;
}

/** The body with these conditions, identified as objects, replaced by `hold`. */
function decide(body: Stmt, conditions: ReadonlySet<PrimExpr>, hold: boolean): Stmt {
  const rewrite = (node: Node): Node => {
    if (isExpr(node) && conditions.has(node)) return hold ? trueImm() : falseImm();
    return mapChildren(node, rewrite);
  };
  return rewrite(body) as Stmt;
}

/** Tests `condition` inside the innermost launch of threads. */
function branchInThread(
  launch: AttrStmt,
  condition: PrimExpr,
  conditions: ReadonlySet<PrimExpr>,
): Stmt {
  let isInnermost = false;
  return mutator({
    AttrStmt(attr, recur) {
      if (attr.key !== "thread_extent") return undefined;
      isInnermost = true;
      const inner = recur.children(attr);
      const wasInnermost = isInnermost;
      isInnermost = false;
      if (!wasInnermost) return inner;
      const decided = decide(attr.body, conditions, true);
      return update(attr, { body: new IfThenElse(condition, decided, attr.body) });
    },
  })(launch);
}
