/** Turns a schedule and its arguments into a TIR function, the input of the passes. */

import { UsageError, type Span } from "../../support";
import {
  Buffer,
  declBuffer,
  IRModule,
  LayoutTransforms,
  PrimFunc,
  Var,
  type FuncAttr,
  type IndexMap,
} from "../../ir";
import type { Operation } from "../operation";
import { inferBound } from "../schedule/infer-bound";
import type { Schedule } from "../schedule/schedule";
import { isTensor, type Tensor } from "../tensor";
import { checkReads } from "./check-reads";
import {
  checkReductionExtents,
  checkOutputs,
  checkPrefetches,
  checkRollingBuffers,
  checkVariables,
} from "./checks";
import type { TensorMemory } from "./context";
import { scheduleOps } from "./schedule-ops";

/** An argument of a function: a tensor, a buffer, or a scalar variable. */
export type ScheduleArg = Tensor | Buffer | Var;

export interface ScheduleToModuleOptions {
  /** The function's name; `main` if left out. */
  readonly name?: string;
  /** The buffers of arguments, for a layout other than the compact one. */
  readonly binds?: ReadonlyMap<Tensor, Buffer>;
  /** Whether the arguments do not overlap; true if left out. */
  readonly noalias?: boolean;
  /** Keeps loops of one step and leaves out initializations, to inspect the inferred bounds. */
  readonly keepTrivialLoops?: boolean;
}

/**
 * The module that computes the outputs of `schedule` in a function of `args`. The schedule is not
 * changed.
 * @throws UsageError when an input or an output is not among the arguments, or is there twice, and for
 * errors that concern the schedule as a whole.
 */
export function scheduleToModule(
  schedule: Schedule,
  args: readonly ScheduleArg[],
  options: ScheduleToModuleOptions = {},
): IRModule {
  const name = options.name ?? "main";
  const normalized = schedule.normalize();
  checkOutputs(normalized);
  checkPrefetches(normalized);
  checkReductionExtents(normalized);
  checkRollingBuffers(normalized);
  const table = new BufferTable(normalized, args, options.binds);
  checkVariables(normalized, table.params, [...table.bufferMap.values()]);
  const bounds = inferBound(normalized);
  checkReads(normalized, bounds.domains);
  const body = scheduleOps(normalized, bounds, {
    memory: table,
    keepTrivialLoops: options.keepTrivialLoops ?? false,
  });
  const attrs: Record<string, FuncAttr> = { from_legacy_te_schedule: true, global_symbol: name };
  if (options.noalias ?? true) attrs["tir.noalias"] = true;
  const layouts = layoutTransforms(normalized, table);
  if (layouts !== undefined) attrs.layout_transform_map = layouts;
  return IRModule.of(name, new PrimFunc(table.params, body, table.bufferMap, new Map(), attrs));
}

/** The layout transformations of the stages' buffers; undefined if there are none. */
function layoutTransforms(schedule: Schedule, memory: TensorMemory): LayoutTransforms | undefined {
  const maps = new Map<Buffer, readonly IndexMap[]>();
  for (const stage of schedule.stages) {
    if (stage.layoutTransforms.length === 0) continue;
    for (const output of stage.op.outputs) {
      if (memory.isPart(output)) {
        throw new UsageError(
          "te-layout",
          `the layout of stage ${stage.name} is transformed, but it is part of a scan; transform ` +
            `that of the scan's stage`,
          { span: stage.op.span },
        );
      }
      maps.set(memory.bufferOf(output), stage.layoutTransforms);
    }
  }
  return maps.size === 0 ? undefined : new LayoutTransforms(maps);
}

/** The buffer of each tensor, and the parameters of the function. */
class BufferTable implements TensorMemory {
  readonly params: Var[] = [];
  readonly bufferMap = new Map<Var, Buffer>();
  private readonly buffers = new Map<Tensor, Buffer>();
  /**
   * The tensors of a scan's initial rows, updates and state are all stored in the scan's output.
   */
  private readonly scanned = new Map<Tensor, Tensor>();

  constructor(
    private readonly schedule: Schedule,
    args: readonly ScheduleArg[],
    binds: ReadonlyMap<Tensor, Buffer> = new Map(),
  ) {
    if (!(binds instanceof Map)) {
      throw new UsageError("lower-arguments", "binds must be a Map from tensors to their buffers");
    }
    const symbolic = !hasViews(schedule);
    const seen = new Set<ScheduleArg>();
    for (const arg of args) {
      if (seen.has(arg)) {
        throw new UsageError(
          "lower-arguments",
          `${arg.name} is among the arguments twice; pass it once`,
        );
      }
      seen.add(arg);
      this.addParam(arg, binds, symbolic);
    }
    for (const op of schedule.outputs) this.checkOutput(op);
    for (const { op } of schedule.stages) {
      if (op.kind !== "scan") continue;
      op.outputs.forEach((output, i) => {
        for (const part of [op.init[i]!, op.update[i]!, op.statePlaceholder[i]!]) {
          this.scanned.set(part, output);
        }
      });
    }
    for (const { op } of schedule.stages) {
      if (op.kind === "placeholder") this.checkInput(op.output(0));
    }
  }

  private addParam(arg: ScheduleArg, binds: ReadonlyMap<Tensor, Buffer>, symbolic: boolean): void {
    if (arg instanceof Var) {
      this.params.push(arg);
      return;
    }
    if (!isTensor(arg) && !(arg instanceof Buffer)) {
      throw new UsageError(
        "lower-arguments",
        `the argument ${String(arg)} is neither a tensor, nor a buffer, nor a variable`,
      );
    }
    const buffer = isTensor(arg)
      ? this.separated(arg, binds.get(arg) ?? argumentBuffer(arg, symbolic))
      : arg;
    const pointer = new Var(buffer.name, "handle");
    this.params.push(pointer);
    this.bufferMap.set(pointer, buffer);
    if (isTensor(arg)) this.buffers.set(arg, buffer);
  }

  /** The buffer, with the axis separators of the tensor's transformed layout. */
  private separated(tensor: Tensor, buffer: Buffer): Buffer {
    const { schedule } = this;
    const axisSeparators = schedule.has(tensor) ? schedule.stage(tensor).axisSeparators : [];
    return axisSeparators.length === 0 ? buffer : buffer.with({ axisSeparators });
  }

  private checkInput(placeholder: Tensor): void {
    if (this.buffers.has(placeholder) || this.scanned.has(placeholder)) return;
    throw new UsageError(
      "lower-arguments",
      `the placeholder ${placeholder.name} is read, but is not among the arguments ` +
        `(${this.argNames()}); add it`,
      { notes: [{ text: `${placeholder.name} was declared here`, span: placeholder.op.span }] },
    );
  }

  private checkOutput(op: Operation): void {
    if (op.outputs.some((output) => this.buffers.has(output))) return;
    throw new UsageError(
      "lower-arguments",
      `the output ${op.name} is not among the arguments (${this.argNames()}), so the caller would ` +
        `not get it; add it`,
      { notes: [{ text: `${op.name} was declared here`, span: op.span }] },
    );
  }

  private argNames(): string {
    return this.params.map((param) => param.name).join(", ");
  }

  isPart(tensor: Tensor): boolean {
    return this.scanned.has(tensor);
  }

  /** The buffer of a tensor, made on first use. */
  bufferOf(tensor: Tensor): Buffer {
    const cached = this.buffers.get(tensor);
    if (cached !== undefined) return cached;
    const buffer = this.makeBuffer(tensor);
    this.buffers.set(tensor, buffer);
    return buffer;
  }

  private makeBuffer(tensor: Tensor): Buffer {
    const whole = this.scanned.get(tensor);
    if (whole !== undefined) return this.bufferOf(whole);
    const { scope, axisSeparators } = this.schedule.stage(tensor);
    return declBuffer(tensor.shape, tensor.dtype, {
      name: tensor.name,
      scope,
      axisSeparators,
      ...madeBy(tensor.op),
    });
  }
}

/** A symbolic extent of an argument may be 1 at run time; its only element is then broadcast. */
function argumentBuffer(tensor: Tensor, symbolic: boolean): Buffer {
  const autoBroadcast = symbolic && tensor.shape.some((extent) => extent.kind === "Var");
  return declBuffer(tensor.shape, tensor.dtype, {
    name: tensor.op.name,
    autoBroadcast,
    ...madeBy(tensor.op),
  });
}

/** Gives a buffer the line that declared its tensor. */
function madeBy({ span }: Operation): { span?: Span } {
  return span === undefined ? {} : { span };
}

/**
 * Whether the schedule has intrinsics or external functions, which depend on the buffers' memory
 * layout.
 */
function hasViews(schedule: Schedule): boolean {
  return schedule.stages.some(
    ({ op, leafIterVars, iterVarAttrs }) =>
      op.kind === "extern" ||
      op.kind === "tensor_compute_op" ||
      leafIterVars.some((axis) => iterVarAttrs.get(axis)?.iterType === "Tensorized"),
  );
}
