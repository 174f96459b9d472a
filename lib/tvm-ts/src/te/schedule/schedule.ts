/** A schedule: a stage for each operation, in an order in which they can be computed. */

import { UsageError } from "../../support";
import type { IterVar } from "../../ir";
import { isOperation, type Operation } from "../operation";
import { isTensor, type Tensor } from "../tensor";
import * as cache from "./cache";
import { operationsInPostOrder } from "./graph";
import { createGroup } from "./group";
import { normalizeSchedule } from "./normalize-schedule";
import { rfactor } from "./rfactor";
import { Stage } from "./stage";

/**
 * Made by `createSchedule`. The primitives that concern one operation are methods of its stage; those
 * that add stages are methods of the schedule.
 */
export class Schedule {
  /** @internal */
  private list: readonly Stage[] = [];
  /** @internal */
  private groupList: readonly Stage[] = [];
  private readonly stageOf = new Map<Operation, Stage>();

  /** @internal */
  constructor(readonly outputs: readonly Operation[]) {}

  /** Producers before consumers. */
  get stages(): readonly Stage[] {
    return this.list;
  }

  get groups(): readonly Stage[] {
    return this.groupList;
  }

  /**
   * The stage of a tensor or operation, declared by the user or made by a primitive.
   * @operator []
   * @throws UsageError when the schedule has no such stage.
   */
  stage(target: Tensor | Operation): Stage {
    const op = isTensor(target) ? target.op : target;
    if (!isOperation(op)) {
      throw new UsageError(
        "te-stage",
        `a schedule has stages of tensors and operations, not of ${String(target)}`,
      );
    }
    const stage = this.stageOf.get(op);
    if (stage !== undefined) return stage;
    const names = this.list.map((each) => each.name).join(", ");
    throw new UsageError(
      "te-stage",
      `${op.name} is not in this schedule, whose stages are ${names}; ` +
        `only operations that the scheduled outputs need have a stage`,
      { notes: [{ text: `${op.name} was declared here`, span: op.span }] },
    );
  }

  /** The same as `stage`. */
  get(target: Tensor | Operation): Stage {
    return this.stage(target);
  }

  has(target: Tensor | Operation): boolean {
    return this.stageOf.has(isTensor(target) ? target.op : target);
  }

  /**
   * Adds a stage that copies `tensor` to another memory, from which `readers` read. Call it before
   * splitting.
   * @throws UsageError when one of the readers does not read the tensor.
   * @example
   * const A = te.placeholder([8], { name: "A" });
   * const B = te.compute([8], (i) => A(i).add(1), "B");
   * const s = te.createSchedule(B.op);
   * s.cacheRead(A, "local", [B]).op.name // => A.local
   */
  cacheRead(
    tensor: Tensor,
    scope: string,
    readers: Tensor | Operation | readonly (Tensor | Operation)[],
  ): Tensor {
    return cache.cacheRead(this, tensor, scope, listOf(readers));
  }

  /**
   * Adds a stage that computes `tensor` in another memory, with the current loops of its stage; the
   * stage itself then only copies. All outputs of an operation must be passed together.
   * @throws UsageError for a tensor that is not computed element by element.
   */
  cacheWrite(tensor: Tensor, scope: string): Tensor;
  cacheWrite(tensors: readonly Tensor[], scope: string): Tensor[];
  cacheWrite(tensors: Tensor | readonly Tensor[], scope: string): Tensor | Tensor[] {
    const caches = cache.cacheWrite(this, listOf(tensors), scope);
    return isTensor(tensors) ? caches[0]! : caches;
  }

  /**
   * Turns a reduction axis (or a part of it) into a dimension of a tensor of partial results, which
   * the stage then reduces.
   * @throws UsageError when `axis` is not a loop over a reduction of the stage.
   * @example
   * const A = te.placeholder([64], { name: "A" });
   * const k = te.reduceAxis([0, 64], "k");
   * const B = te.compute([1], () => te.sum(A(k), k), "B");
   * const s = te.createSchedule(B.op);
   * const [outer] = s.stage(B).split(k, { factor: 16 });
   * s.rfactor(B, outer).shape // => 4,1
   */
  rfactor(tensor: Tensor, axis: IterVar, factorAxis = 0): Tensor | Tensor[] {
    const factored = rfactor(this, tensor, axis, factorAxis);
    return factored.length === 1 ? factored[0]! : factored;
  }

  /**
   * Makes a group of the stages between `inputs` and `outputs`, which can be computed together inside
   * a loop. The stages of `inputs` belong to it only with `includeInputs`.
   */
  createGroup(
    outputs: Tensor | readonly Tensor[],
    inputs: Tensor | readonly Tensor[],
    includeInputs = false,
  ): Stage {
    return createGroup(this, listOf(outputs), listOf(inputs), includeInputs);
  }

  /**
   * A copy of the schedule in the form in which it is lowered: inlined stages are substituted into the
   * bodies that read them, and every loop starts at zero.
   */
  normalize(): Schedule {
    return normalizeSchedule(this);
  }

  // For the primitives --------------------------------------------------------------------------

  /** @internal Inserts stages at their positions, and registers `ops` for them. */
  insertStage(stage: Stage, position: number): void {
    const list = this.list.slice();
    list.splice(position, 0, stage);
    this.list = list;
    this.registerOperation(stage, stage.op);
  }

  /** @internal */
  insertGroup(group: Stage): void {
    this.groupList = [...this.groupList, group];
  }

  /** @internal Registers `op` for the stage. */
  registerOperation(stage: Stage, op: Operation): void {
    this.stageOf.set(op, stage);
  }

  /** @internal Moves the stages attached to replaced axes of `parent` to the new axes. */
  moveAttached(parent: Stage, replaced: ReadonlyMap<IterVar, IterVar>): void {
    for (const stage of [...this.list, ...this.groupList]) {
      const { attach } = stage.state;
      if (attach.type !== "scope" || attach.stage !== parent) continue;
      const axis = replaced.get(attach.axis);
      if (axis !== undefined) stage.state = { ...stage.state, attach: { ...attach, axis } };
    }
  }

  /** @internal An independent copy of the schedule. */
  copy(): Schedule {
    const copy = new Schedule(this.outputs);
    const copies = new Map<Stage, Stage>();
    const copied = (stage: Stage): Stage => {
      const twin = new Stage(copy, stage.originOp, stage.isOutput, stage.state);
      copies.set(stage, twin);
      return twin;
    };
    copy.list = this.list.map(copied);
    copy.groupList = this.groupList.map(copied);
    for (const twin of copies.values()) {
      const { attach, group } = twin.state;
      if (group === undefined && !("stage" in attach)) continue;
      twin.state = {
        ...twin.state,
        group: group && copies.get(group),
        attach: "stage" in attach ? { ...attach, stage: copies.get(attach.stage)! } : attach,
      };
    }
    for (const [op, stage] of this.stageOf) copy.stageOf.set(op, copies.get(stage)!);
    return copy;
  }

  toString(): string {
    return `schedule(${this.list.map((stage) => stage.name).join(", ")})`;
  }
}

function listOf<T>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? (one as readonly T[]) : [one as T];
}

/**
 * A schedule that computes `outputs` (tensors or their operations) and all operations they need, each
 * at the root and in plain loops.
 * @throws UsageError when two of the operations reduce over the same axis.
 */
export function createSchedule(
  outputs: Tensor | Operation | readonly (Tensor | Operation)[],
): Schedule {
  const roots = new Set(listOf(outputs).map((output) => operationOf(output)));
  const schedule = new Schedule([...roots]);
  const ops = operationsInPostOrder([...roots]);
  checkReduceAxes(ops);
  for (const op of ops) {
    const stage = new Stage(schedule, op, roots.has(op));
    schedule.insertStage(stage, schedule.stages.length);
    if (op.kind !== "scan") continue;
    // The update of a scan is computed in its loop, as a group.
    const group = createGroup(schedule, op.update, [...op.statePlaceholder, ...op.inputs], false);
    group.state = { ...group.state, attach: { type: "scanUpdate", stage } };
  }
  return schedule;
}

function operationOf(output: Tensor | Operation): Operation {
  const op = isTensor(output) ? output.op : output;
  if (isOperation(op)) return op;
  throw new UsageError(
    "te-stage",
    `createSchedule needs tensors or operations, not ${String(output)}`,
  );
}

/** Each reduction axis must belong to one operation only. */
function checkReduceAxes(ops: readonly Operation[]): void {
  const owner = new Map<IterVar, Operation>();
  for (const op of ops) {
    for (const axis of op.reduceAxis) {
      const other = owner.get(axis);
      owner.set(axis, op);
      if (other === undefined) continue;
      throw new UsageError(
        "te-reduction",
        `${other.name} and ${op.name} both reduce over axis ${axis.name}; make an axis for each`,
        {
          notes: [other, op].map((each) => ({
            text: `${each.name} was declared here`,
            span: each.span,
          })),
        },
      );
    }
  }
}
