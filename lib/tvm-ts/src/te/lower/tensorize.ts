/**
 * Replacing the inner loops of a computation by an intrinsic.
 *
 *     for yo                                  for yo
 *       for yi in 16     tensorized     ->      attr [A.view, A] buffer_bind_scope = (x, 1, ...)
 *         for k in 64                             attr [C.view, C] buffer_bind_scope = ...
 *           C[x, yo*16 + yi] += ...                 call_extern("gemv_update", ...)
 *
 * The computation of the loops, relative to the region they cover, must equal the intrinsic's.
 */

import { plural, UsageError } from "../../support";
import { Analyzer, factlessAnalyzer, IntSet, union } from "../../arith";
import {
  add,
  isConstInt,
  isOne,
  isZero,
  mutator,
  reprExpr,
  reprList,
  ProducerLoad,
  Reduce,
  structuralEqual,
  sub,
  substitute,
  toExpr,
  usesVar,
  type Buffer,
  type IterVar,
  type PrimExpr,
  type Range,
  type Stmt,
  type Var,
} from "../../ir";
import type { ComputeOp } from "../operation";
import { passUpSets } from "../schedule/message-passing";
import { noReads, propagateReads } from "../schedule/reads";
import type { Tensor } from "../tensor";
import type { TensorIntrin } from "../tensor-intrin";
import { IntrinArgBinder } from "./bind-args";
import { computeLoopNest, type ComputeLoopNest } from "./compute-nest";
import type { StageContext } from "./context";
import { bindFrame, definedVars, type Frame } from "./frames";
import { placeIntrinsic } from "./intrinsic";

export function tensorizedCompute(context: StageContext, op: ComputeOp): Stmt {
  return new Tensorizer(context, op).stmt();
}

class Tensorizer {
  /** The position of the outermost loop that the intrinsic replaces. */
  private readonly location: number;
  private readonly intrin: TensorIntrin;
  private readonly declared: ComputeOp;
  private readonly nest: ComputeLoopNest;
  /** The part of each axis, and of each input, that the intrinsic covers. */
  private readonly axisRegion = new Map<IterVar, Range>();
  private readonly inputRegion = new Map<Tensor, readonly Range[]>();

  constructor(
    private readonly context: StageContext,
    private readonly op: ComputeOp,
  ) {
    const { stage } = context;
    this.location = this.findLocation();
    const attr = stage.iterVarAttrs.get(stage.leafIterVars[this.location]!)!;
    this.intrin = attr.tensorIntrin!;
    const { op: declared } = this.intrin;
    if (declared.kind !== "compute") throw this.fail("the intrinsic is not declared by a compute");
    this.declared = declared;
    this.inferRegions();
    this.nest = computeLoopNest(context, op);
  }

  private fail(why: string): UsageError {
    const { stage } = this.context;
    const axis = stage.leafIterVars[this.location];
    const intrin = axis === undefined ? undefined : stage.iterVarAttrs.get(axis);
    const name = intrin?.tensorIntrin === undefined ? "" : ` by ${intrin.tensorIntrin.name}`;
    return new UsageError(
      "te-tensorize",
      `stage ${stage.name} cannot be tensorized${name}: ${why}`,
      {
        span: intrin?.span,
        notes: [
          { text: `${stage.name} was declared here`, span: stage.op.span },
          ...(intrin?.tensorIntrin?.span?.place === undefined
            ? []
            : [{ text: `the intrinsic was declared here`, span: intrin.tensorIntrin.span }]),
        ],
      },
    );
  }

  private findLocation(): number {
    const { leafIterVars, iterVarAttrs } = this.context.stage;
    const locations = leafIterVars.flatMap((axis, i) =>
      iterVarAttrs.get(axis)?.iterType === "Tensorized" ? [i] : [],
    );
    if (locations.length > 1) {
      const names = locations.map((i) => leafIterVars[i]!.name).join(" and ");
      throw new UsageError(
        "te-tensorize",
        `stage ${this.context.stage.name} is tensorized at ${names}; tensorize only one of its loops`,
        { span: iterVarAttrs.get(leafIterVars[locations[1]!]!)?.span },
      );
    }
    return locations[0]!;
  }

  /** The regions that the loops from the location inward cover. */
  private inferRegions(): void {
    const { stage, domains } = this.context;
    const sets = new Map<IterVar, IntSet>();
    stage.leafIterVars.forEach((axis, i) => {
      const range = domains.get(axis)!;
      if (i > this.location && stage.iterVarAttrs.get(axis)?.bindThread !== undefined) {
        throw this.fail(
          `the inner loop ${axis.name} is bound to a thread; bind loops outside of the intrinsic`,
        );
      }
      sets.set(
        axis,
        isOne(range.extent)
          ? IntSet.single(range.min)
          : i < this.location
            ? IntSet.single(axis.var_)
            : IntSet.fromRange(range),
      );
    });
    passUpSets(stage, domains, sets);
    const analyzer = new Analyzer();
    const byVar = new Map<Var, IntSet>();
    for (const axis of this.op.rootIterVars) {
      const set = sets.get(axis)!;
      const range = set.coverRange(domains.get(axis)!);
      this.axisRegion.set(axis, range);
      analyzer.bind(axis.var_, range);
      byVar.set(axis.var_, set);
    }
    const reads = noReads(this.op.inputTensors);
    propagateReads(this.op, analyzer, byVar, reads);
    for (const [tensor, dims] of reads) {
      this.inputRegion.set(
        tensor,
        dims.map((dim, i) => {
          const range = union(dim).coverRange(undefined);
          if (range !== undefined) return range;
          throw this.fail(
            `the part of dimension ${i} of ${tensor.name} that it reads cannot be determined`,
          );
        }),
      );
    }
  }

  /** Binds an intrinsic's buffer to a region of a tensor; the span is the line that tensorizes. */
  private bind(view: Buffer, tensor: Tensor, region: readonly Range[]): Frame {
    const { leafIterVars, iterVarAttrs } = this.context.stage;
    const span = iterVarAttrs.get(leafIterVars[this.location]!)?.span;
    return bindFrame(view, this.context.bufferOf(tensor), region, span);
  }

  stmt(): Stmt {
    this.checkConditions();
    this.checkBody();
    const { intrin, op, nest } = this;
    const binder = this.bindReduction();
    const inputs = op.inputTensors.map((tensor, i) =>
      this.bind(intrin.buffers[i]!, tensor, this.inputRegion.get(tensor)!),
    );
    const region = op.axis.map((axis) => this.axisRegion.get(axis)!);
    const outputs = op.outputs.map((tensor, i) =>
      this.bind(intrin.buffers[inputs.length + i]!, tensor, region),
    );
    return placeIntrinsic(this.context, {
      intrin,
      nest,
      location: this.location,
      inputs,
      outputs,
      binder,
      fail: (why) => this.fail(why),
    });
  }

  // Checks --------------------------------------------------------------------------------------

  private checkConditions(): void {
    const { main, init, mainConditions, initConditions } = this.nest;
    const inside = new Set(
      [...main.slice(this.location), ...init.slice(this.location)].flatMap(definedVars),
    );
    for (const condition of [...mainConditions, ...initConditions]) {
      if (!usesVar(condition, (variable) => inside.has(variable))) continue;
      throw this.fail(
        `a split does not divide its axis, so the condition ${reprExpr(condition)} would be ` +
          `inside the intrinsic; split by a factor that divides the extent`,
      );
    }
  }

  /** Compares the computation of the loops, relative to their regions, with the intrinsic's. */
  private checkBody(): void {
    const { stage, domains } = this.context;
    const { declared, op } = this;
    const analyzer = new Analyzer();
    for (const axis of stage.leafIterVars) analyzer.bind(axis.var_, domains.get(axis)!);
    for (const axis of declared.rootIterVars) analyzer.bind(axis.var_, axis.dom!);
    if (op.body.length !== declared.body.length) {
      throw this.fail(
        `it has ${op.body.length} outputs, but the intrinsic has ${declared.body.length}`,
      );
    }
    const seen = this.seenFromRegion();
    const values = new Map([...this.nest.mainValues].map(([axis, value]) => [axis.var_, value]));
    op.body.forEach((body, i) => {
      const here = analyzer.simplify(substitute(seen(body), values));
      const there = analyzer.simplify(substitute(declared.body[i]!, values));
      if (here.dtype === there.dtype && structuralEqual(here, there)) return;
      throw this.fail(difference(here, there));
    });
  }

  /** The body relative to the begin of the region, with the intrinsic's axes and inputs. */
  private seenFromRegion(): (body: PrimExpr) => PrimExpr {
    const { declared, op } = this;
    const vars = new Map<Var, PrimExpr>();
    const axes = new Map<IterVar, IterVar>();
    const align = (own: readonly IterVar[], theirs: readonly IterVar[], what: string): void => {
      const extra = own.length - theirs.length;
      if (extra < 0) {
        throw this.fail(`it has ${own.length} ${what}, but the intrinsic has ${theirs.length}`);
      }
      own.forEach((axis, i) => {
        const { min, extent } = this.axisRegion.get(axis)!;
        const target = theirs[i - extra];
        if (target !== undefined) {
          this.checkExtent(axis, extent, target);
          vars.set(axis.var_, add(target.var_, min));
          axes.set(axis, target);
        } else if (isOne(extent)) vars.set(axis.var_, min);
        else {
          throw this.fail(
            `the intrinsic has no axis for ${axis.name}, of which it would cover ${reprExpr(extent)} ` +
              `steps; tensorize a loop inside of that one`,
          );
        }
      });
    };
    align(op.axis, declared.axis, "data axes");
    align(op.reduceAxis, declared.reduceAxis, "reduction axes");
    const inputs = this.matchInputs();
    const recur = mutator({
      Var: (variable) => vars.get(variable),
      ProducerLoad: (load, recur) => {
        const { indices } = recur.children(load);
        const { input, begin } = inputs.get(load.producer as Tensor)!;
        const skipped = begin.length - input.ndim;
        return new ProducerLoad(
          input,
          indices.slice(skipped).map((index, i) => sub(index, begin[skipped + i]!)),
        );
      },
      Reduce: (reduce, recur) => {
        const inner = recur.children(reduce);
        const { combiner, source, init, condition, valueIndex } = inner;
        const axis = reduce.axis.flatMap((each) => axes.get(each) ?? []);
        return new Reduce(combiner, source, init, axis, condition, valueIndex);
      },
    });
    return (body) => recur(body);
  }

  /** Extents that are symbolic in the intrinsic are checked when its buffers are bound. */
  private checkExtent(axis: IterVar, extent: PrimExpr, target: IterVar): void {
    const declared = target.dom!.extent;
    const difference = factlessAnalyzer().simplify(sub(extent, declared));
    if (!isConstInt(difference) || isZero(difference)) return;
    throw this.fail(
      `it covers ${reprExpr(extent)} steps of axis ${axis.name}, but the intrinsic's axis ` +
        `${target.name} has ${reprExpr(declared)}; split the axis so that they agree`,
    );
  }

  /** The intrinsic's input for each tensor read, and where the region of the tensor begins. */
  private matchInputs(): ReadonlyMap<Tensor, { input: Tensor; begin: readonly PrimExpr[] }> {
    const { intrin, op } = this;
    const tensors = op.inputTensors;
    if (tensors.length !== intrin.inputs.length) {
      const count = plural(tensors.length, "tensor");
      throw this.fail(`it reads ${count}, but the intrinsic reads ${intrin.inputs.length}`);
    }
    const analyzer = new Analyzer();
    for (const axis of this.context.stage.leafIterVars) {
      analyzer.bind(axis.var_, this.context.domains.get(axis)!);
    }
    return new Map(
      tensors.map((tensor, i) => {
        const input = intrin.inputs[i]!;
        if (tensor.dtype !== input.dtype) {
          throw this.fail(
            `it reads ${tensor.dtype} values of ${tensor.name}, but the intrinsic reads ${input.dtype}`,
          );
        }
        const region = this.inputRegion.get(tensor)!;
        const skipped = region.slice(0, region.length - input.ndim);
        const fits =
          region.length >= input.ndim &&
          skipped.every(({ extent }) => isOne(analyzer.simplify(extent)));
        if (!fits) {
          const extents = region.map(({ extent }) => reprExpr(analyzer.simplify(extent)));
          throw this.fail(
            `it reads [${extents.join(", ")}] elements of ${tensor.name} where the intrinsic reads ` +
              `a tensor of ${input.ndim} dimensions`,
          );
        }
        return [tensor, { input, begin: region.map(({ min }) => min) }];
      }),
    );
  }

  /** Binds the extents of the intrinsic's reduction axes, which may be symbolic. */
  private bindReduction(): IntrinArgBinder {
    const { intrin, op, declared } = this;
    const span = this.context.stage.iterVarAttrs.get(
      this.context.stage.leafIterVars[this.location]!,
    )?.span;
    const binder = new IntrinArgBinder(`the intrinsic ${intrin.name}`, span);
    const extra = op.reduceAxis.length - declared.reduceAxis.length;
    declared.reduceAxis.forEach((target, i) => {
      const { extent } = this.axisRegion.get(op.reduceAxis[extra + i]!)!;
      const { min } = target.dom!;
      if (!isZero(min)) binder.bind(min, toExpr(0), "tensir_intrin.reduction.min");
      binder.bind(target.dom!.extent, extent, "tensir_intrin.reduction.extent");
    });
    return binder;
  }
}

/** How a value differs from the intrinsic's; for two reductions, how their sources differ. */
function difference(here: PrimExpr, there: PrimExpr): string {
  if (here.dtype !== there.dtype)
    return `it computes ${here.dtype}, but the intrinsic computes ${there.dtype}`;
  if (here.kind === "Reduce" && there.kind === "Reduce") {
    const [own, declared] = [reprList(here.source), reprList(there.source)];
    if (own !== declared) return `it reduces ${own}, but the intrinsic reduces ${declared}`;
  }
  return `it computes ${reprExpr(here)}, but the intrinsic computes ${reprExpr(there)}`;
}
