/** Small random programs with random schedules, for properties. */

import fc from "fast-check";
import { te, tir, UsageError } from "tvm-ts";

/** What a program computes and how it is scheduled; each number picks one of what there is. */
export interface RandomProgram {
  readonly rows: number;
  readonly columns: number;
  readonly pointwise: number;
  readonly combine: number;
  readonly last: number;
  readonly commands: readonly Command[];
}

type Command = readonly [primitive: number, stage: number, axis: number, extra: number];

const pick = fc.nat({ max: 59 });

export const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 8 }),
  pointwise: pick,
  combine: pick,
  last: pick,
  commands: fc.array(fc.tuple(pick, pick, pick, pick), { maxLength: 10 }),
});

export interface Scheduled {
  readonly schedule: te.Schedule;
  readonly args: readonly te.Tensor[];
}

/** Declares and schedules a program, leaving out the commands that are refused. */
export function build(program: RandomProgram): Scheduled {
  const { tensors, args } = declare(program);
  const output = args[args.length - 1]!;
  const schedule = te.createSchedule(output.op);
  const scheduler = new Scheduler(schedule, tensors);
  for (const command of program.commands) {
    try {
      scheduler.apply(command);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return { schedule, args };
}

function choose<T>(from: readonly T[], n: number): T {
  return from[n % from.length]!;
}

// What is computed ------------------------------------------------------------------------------

function declare({ rows, columns, pointwise, combine, last }: RandomProgram) {
  const A = te.placeholder([rows + 1, columns + 1], { name: "A", dtype: "int32" });
  const B = te.placeholder([columns, columns], { name: "B", dtype: "int32" });
  const k = te.reduceAxis([0, columns], "k");
  const elements: readonly ((i: tir.Var, j: tir.Var) => tir.PrimExpr)[] = [
    (i, j) => A(i, j).mul(3),
    (i, j) => A(i, j).add(i).sub(j.mul(2)),
    (i, j) => tir.select(j.lt(2), A(i, j), i),
    (i, j) => tir.ifThenElse(i.ge(1), A(i.sub(1), j), 7),
    (i, j) => A(i, j).floorMod(5).add(A(i, j).floorDiv(3)),
    (i, j) => A(i.add(j).floorMod(rows + 1), j).max(4),
  ];
  const point = choose(elements, pointwise);
  const T1 = te.compute([rows + 1, columns + 1], (i, j) => point(i, j), "T1");
  const combined: readonly ((i: tir.Var, j: tir.Var) => tir.PrimExpr)[] = [
    (i, j) => T1(i, j).add(T1(i.add(1), j.add(1))),
    (i, j) => te.sum(T1(i, k).mul(B(k, j)), k),
    (i, j) => te.max(T1(i, k).sub(B(j, k)), k),
    (i, j) => te.sum(T1(i.add(1), k), k, { where: k.le(j) }),
    (i, j) => T1(i, j.add(1)).mul(T1(i, j)).sub(B(j, 0)),
    (i, j) => T1(i.max(1), j).add(B(0, j)),
  ];
  const T2 = te.compute([rows, columns], choose(combined, combine), "T2");
  const tensors = [T1, T2];
  if (last % 3 === 0) return { tensors, args: [A, B, T2] };
  const T3 = te.compute([rows, columns], (i, j) => T2(i, j).mul(2).add(j), "T3");
  return { tensors: [...tensors, T3], args: [A, B, T3] };
}

// How -------------------------------------------------------------------------------------------

class Scheduler {
  private readonly tensors: te.Tensor[];

  constructor(
    private readonly schedule: te.Schedule,
    tensors: readonly te.Tensor[],
  ) {
    this.tensors = [...tensors];
  }

  apply([primitive, stageNumber, axisNumber, extra]: Command): void {
    const { schedule, tensors } = this;
    const tensor = choose(tensors, stageNumber);
    const stage = schedule.stage(tensor);
    const axis = choose<tir.IterVar>(stage.leafIterVars, axisNumber);
    const consumer = choose(tensors, extra);
    const commands: readonly (() => void)[] = [
      () => stage.split(axis, { factor: (extra % 5) + 1 }),
      () => stage.split(axis, { nparts: (extra % 3) + 1 }),
      () => stage.fuse(axis, choose(stage.leafIterVars, axisNumber + 1)),
      () => stage.reorder(choose(stage.leafIterVars, extra), axis),
      () => stage.unroll(axis),
      () => stage.vectorize(choose(stage.leafIterVars, stage.leafIterVars.length - 1)),
      () => stage.parallel(axis),
      () => stage.computeInline(),
      () => this.computeAt(tensor, consumer, axisNumber),
      () => this.computeAt(tensor, consumer, axisNumber),
      () => tensors.push(schedule.cacheWrite(tensor, "local")),
      () => tensors.push(schedule.cacheRead(tensor, "global", [consumer])),
      () => stage.pragma(axis, "auto_unroll_max_step", extra),
      () => stage.storageAlign(axis, (extra % 4) + 2, extra % 2),
      () => {
        // The interpreter runs threads one after another: they cannot reduce together.
        if (axis.iterType !== "CommReduce") stage.bind(axis, te.threadAxis("vthread"));
      },
      () => stage.setScope(choose(["global", "local"], extra)),
      () => stage.prefetch(consumer, axis, 1),
    ];
    choose(commands, primitive)();
  }

  private computeAt(producer: te.Tensor, consumer: te.Tensor, axis: number): void {
    const parent = this.schedule.stage(consumer);
    this.schedule.stage(producer).computeAt(parent, choose(parent.leafIterVars, axis));
  }
}
