/**
 * Bound inference: the part of each operation that its consumers read, at the loop where it is
 * computed.
 *
 * Stages are visited consumers first. The elements of a tensor that a consumer reads between two
 * computations of the producer form a box; the union of the boxes of all consumers is the domain of
 * the producer's axes.
 */

import { UsageError } from "../../support";
import { Analyzer, factlessAnalyzer, IntSet, union } from "../../arith";
import {
  add,
  cast,
  forEachVar,
  isOne,
  max,
  Range,
  StorageRank,
  storageScope,
  sub,
  substitute,
  threadScope,
  type IterVar,
  type PrimExpr,
  type Var,
} from "../../ir";
import type { Operation, ScanOp } from "../operation";
import type { Tensor } from "../tensor";
import { attachPaths, consumers } from "./graph";
import { passDownDomain, passUpSets, type AxisDomains } from "./message-passing";
import { noReads, propagateReads, type ReadSets } from "./reads";
import { scanFixPoints } from "./scan-fix-points";
import type { Schedule } from "./schedule";
import type { Stage } from "./stage";

/** The result of bound inference, for lowering. */
export interface InferredBounds {
  readonly domains: AxisDomains;
  /** The domains of the axes of a stage and around it on which `exprs` depend. */
  visibleTo(stage: Stage, exprs: readonly PrimExpr[]): AxisDomains;
}

/**
 * The domain of every axis of a normalized schedule.
 * @throws UsageError when a stage is computed where a consumer cannot reach it, an output is not
 * computed at the root, or loops on one thread differ in extent.
 */
export function inferBound(schedule: Schedule): InferredBounds {
  return new BoundInference(schedule).run();
}

class BoundInference {
  private readonly domains = new Map<IterVar, Range>();
  private readonly readers: ReadonlyMap<Stage, readonly Stage[]>;
  private readonly paths: ReadonlyMap<Stage, readonly IterVar[]>;
  private readonly threads = new Map<IterVar, IterVar>();
  private readonly axisOf = new Map<Var, IterVar>();
  private readonly analyzer = new Analyzer();

  constructor(private readonly schedule: Schedule) {
    this.readers = consumers(schedule);
    this.paths = attachPaths(schedule);
    for (const stage of schedule.stages) {
      for (const [axis, { bindThread }] of stage.iterVarAttrs) {
        if (bindThread !== undefined) this.threads.set(axis, bindThread);
      }
      for (const axis of stage.allIterVars) this.axisOf.set(axis.var_, axis);
      for (const axis of stage.leafIterVars) this.axisOf.set(axis.var_, axis);
    }
    for (const thread of this.threads.values()) this.axisOf.set(thread.var_, thread);
  }

  run(): InferredBounds {
    for (const stage of [...this.schedule.stages].reverse()) {
      if (stage.attachment.type === "inlinedAlready") continue;
      this.inferRoot(stage);
      for (const axis of stage.op.rootIterVars) {
        const range = this.domains.get(axis);
        if (range !== undefined) this.analyzer.bind(axis.var_, range);
      }
      passDownDomain(stage, this.domains, this.analyzer);
      for (const thread of stage.state.envThreads) this.domains.set(thread, thread.dom!);
    }
    this.simplifyDomains();
    return { domains: this.domains, visibleTo: (stage, exprs) => this.visibleTo(stage, exprs) };
  }

  /**
   * Simplifies the domains. The only value of an axis of one step is substituted into other domains,
   * since the axis gets no loop.
   */
  private simplifyDomains(): void {
    let singles = new Map<Var, PrimExpr>();
    const simplify = (axis: IterVar, range: Range, changed: boolean): void => {
      const type = axis.var_.dtype;
      const simple = (end: PrimExpr): PrimExpr => this.analyzer.simplify(cast(type, end));
      const simpler = changed ? new Range(simple(range.min), simple(range.extent)) : range;
      if (isOne(simpler.extent) && !isOne(range.extent)) singles.set(axis.var_, simpler.min);
      this.domains.set(axis, simpler);
    };
    for (const [axis, range] of this.domains) simplify(axis, range, true);
    while (singles.size > 0) {
      const known = singles;
      singles = new Map();
      for (const [axis, { min, extent }] of this.domains) {
        const range = new Range(substitute(min, known), substitute(extent, known));
        simplify(axis, range, range.min !== min || range.extent !== extent);
      }
    }
  }

  /**
   * Thread axes are visible everywhere: a stage may be computed by each thread without being inside
   * its loop. Other axes are limited to those on which `exprs` depend: a deeply attached stage has
   * many loops around it.
   */
  private visibleTo(stage: Stage, exprs: readonly PrimExpr[]): AxisDomains {
    const visible = new Map<IterVar, Range>();
    const needed = this.dependencies(exprs);
    const { paths, threads } = this;
    for (const axes of [
      threads.values(),
      paths.get(stage)!,
      stage.allIterVars,
      stage.leafIterVars,
    ]) {
      for (const axis of axes) {
        if (!needed.has(axis.var_)) continue;
        const range = this.domains.get(axis);
        if (range !== undefined) visible.set(axis, range);
      }
    }
    return visible;
  }

  /** The variables of `exprs`, and those in the domains of these variables. */
  private dependencies(exprs: readonly PrimExpr[]): ReadonlySet<Var> {
    const found = new Set<Var>();
    const visit = (expr: PrimExpr): void => {
      forEachVar(expr, (variable) => {
        if (found.has(variable)) return;
        found.add(variable);
        const axis = this.axisOf.get(variable);
        const range = axis && this.domains.get(axis);
        if (range === undefined) return;
        visit(range.min);
        visit(range.extent);
      });
    };
    exprs.forEach(visit);
    return found;
  }

  /** The domains of an operation's own axes. */
  private inferRoot(stage: Stage): void {
    const { op } = stage;
    if (stage.isOutput && stage.attachSpec.attachment.type !== "groupRoot") {
      throw new UsageError(
        "te-compute-at",
        `the output ${stage.name} is computed inside another stage; outputs are computed at the root`,
        { span: op.span },
      );
    }
    if (stage.isOutput) {
      for (const axis of op.rootIterVars) this.domains.set(axis, axis.dom!);
      return;
    }
    if (op.rootIterVars.length === 0) return;
    const reads = noReads(op.outputs);
    for (const reader of this.readers.get(stage) ?? []) this.readBy(stage, reader, reads);
    this.gather(op, reads);
  }

  /**
   * Adds the elements of the outputs of `stage` that `consumer` reads after each computation of
   * `stage`.
   */
  private readBy(stage: Stage, consumer: Stage, reads: ReadonlyMap<Tensor, ReadSets>): void {
    const rank = this.rankOf(stage);
    const attachedAt = this.paths.get(stage)![0];
    const loops = new Map<IterVar, IntSet>();
    const relaxed = new Map<Var, IntSet>();
    const analyzer = new Analyzer();
    // From the innermost loop outward: up to the loop the stage is attached to, all steps of a loop
    // read the same computation of the stage, so the loop counts with its whole range.
    let outside = false;
    for (const axis of [...consumer.leafIterVars].reverse()) {
      outside ||= axis === attachedAt;
      const range = this.domains.get(axis)!;
      const thread = this.threads.get(axis);
      loops.set(
        axis,
        isOne(range.extent)
          ? IntSet.single(range.min)
          : this.needsRelaxing(axis, outside, rank)
            ? IntSet.fromRange(range)
            : IntSet.single((thread ?? axis).var_),
      );
    }
    for (const axis of this.paths.get(consumer)!) {
      outside ||= axis === attachedAt;
      if (!this.needsRelaxing(axis, outside, rank)) continue;
      const set = IntSet.fromRange(this.domains.get(axis)!);
      relaxed.set(axis.var_, set);
      const thread = this.threads.get(axis);
      if (thread !== undefined) relaxed.set(thread.var_, set);
    }
    if (attachedAt !== undefined && !outside) throw unreachable(stage, attachedAt, consumer);
    passUpSets(consumer, this.domains, loops);
    const { rootIterVars } = consumer.op;
    const ranges = rootIterVars.map((axis) => {
      const whole = axis.dom!;
      // The spatial axes of a scan have no loops; those of its update and init have.
      const computed = axis.iterType === "Opaque" ? this.domains.get(axis) : undefined;
      return loops.get(axis)?.coverRange(whole) ?? computed ?? whole;
    });
    const visible = this.visibleTo(consumer, [
      ...ranges.flatMap(({ min, extent }) => [min, extent]),
      ...[...relaxed.values()].flatMap(({ min, max }) => [min, max]),
      ...indicesOf(consumer.op, stage.op.outputs),
    ]);
    for (const [axis, range] of visible) analyzer.bind(axis.var_, range);
    const sets = new Map<Var, IntSet>();
    for (const [i, axis] of rootIterVars.entries()) {
      const range = ranges[i]!;
      const last = sub(add(range.min, range.extent), 1);
      sets.set(
        axis.var_,
        relaxed.size === 0
          ? IntSet.fromRange(range)
          : IntSet.interval(
              analyzer.intSet(range.min, relaxed).min,
              analyzer.intSet(last, relaxed).max,
            ),
      );
      analyzer.bind(axis.var_, range, true);
    }
    propagateReads(consumer.op, analyzer, sets, reads);
  }

  /** Whether all steps of a loop read the same memory of this rank. */
  private needsRelaxing(axis: IterVar, outside: boolean, rank: StorageRank): boolean {
    const tag = this.threads.get(axis)?.threadTag ?? axis.threadTag;
    if (tag === "" || tag === "pipeline") return !outside;
    const scope = threadScope(tag);
    if (rank === StorageRank.Warp && scope.rank === 1 && scope.dim === 0) return true;
    return (rank as number) <= scope.rank;
  }

  /**
   * The rank of a stage's memory: that of its scope, otherwise the memory that the threads around it
   * share.
   */
  private rankOf(stage: Stage): StorageRank {
    if (stage.scope !== "") return storageScope(stage.scope).rank;
    let innermost = -1;
    for (const axis of this.paths.get(stage)!) {
      const tag = this.threads.get(axis)?.threadTag ?? axis.threadTag;
      if (tag === "" || tag === "pipeline") continue;
      innermost = Math.max(innermost, threadScope(tag).rank);
    }
    return [StorageRank.Global, StorageRank.Shared, StorageRank.Local][innermost + 1]!;
  }

  // Domains from reads --------------------------------------------------------------------------

  private gather(op: Operation, reads: ReadonlyMap<Tensor, ReadSets>): void {
    if (op.kind === "scan") return this.gatherScan(op, reads);
    op.axis.forEach((axis, i) => {
      const dims = op.outputs.map((output) => reads.get(output)![i]!);
      this.domains.set(axis, covering(withoutRepeats(dims), axis.dom!));
    });
    for (const axis of op.reduceAxis) this.domains.set(axis, axis.dom!);
  }

  private gatherScan(op: ScanOp, reads: ReadonlyMap<Tensor, ReadSets>): void {
    const time = op.outputs.flatMap((tensor) => reads.get(tensor)![0]!);
    const own = op.scanAxis.dom!;
    const asked = covering(time, own);
    const wanted = factlessAnalyzer().simplify(sub(add(asked.extent, asked.min), own.min));
    // All initial rows are computed, even if no step is.
    const certain = this.analyzer.canProve(wanted.ge(0));
    const steps = certain ? wanted : this.analyzer.simplify(max(wanted, 0));
    this.domains.set(op.scanAxis, new Range(own.min, steps));
    const fixed = scanFixPoints(this.schedule, op);
    const others = op.outputs.flatMap((tensor) => reads.get(tensor)!.slice(1));
    op.spatialAxis.forEach((axis, i) => {
      const range = fixed.has(axis) ? covering(others[i]!, axis.dom!) : axis.dom!;
      this.domains.set(axis, range);
    });
  }
}

/** The indices at which `op` reads `tensors`. */
function indicesOf(op: Operation, tensors: readonly Tensor[]): PrimExpr[] {
  if (op.kind !== "compute") return [];
  return tensors.flatMap((tensor) => op.reads.get(tensor)?.flatMap(({ indices }) => indices) ?? []);
}

/**
 * The sets in which a dimension of each output is read; an output that is read like the first adds no
 * set.
 */
function withoutRepeats([first = [], ...others]: readonly (readonly IntSet[])[]): IntSet[] {
  const sets = [...first];
  for (const set of others.flat()) {
    if (!sets.some((other) => other.equals(set))) sets.push(set);
  }
  return sets;
}

function covering(sets: readonly IntSet[], whole: Range): Range {
  return union(sets).coverRange(whole);
}

function unreachable(stage: Stage, axis: IterVar, consumer: Stage): UsageError {
  const { attachment } = stage.attachSpec;
  const parent = attachment.type === "scope" ? ` of ${attachment.stage.name}` : "";
  return new UsageError(
    "te-compute-at",
    `stage ${stage.name} is computed inside axis ${axis.name}${parent}, but ${consumer.name} uses ` +
      `it outside that loop; compute it at a loop that is around all its consumers`,
    {
      span: attachment.type === "scope" ? attachment.span : undefined,
      notes: [
        { text: `${stage.name} was declared here`, span: stage.op.span },
        { text: `${consumer.name} was declared here`, span: consumer.op.span },
      ],
    },
  );
}
