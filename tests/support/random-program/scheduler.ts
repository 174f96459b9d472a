/** Random schedules of a declaration; commands that are refused are left out. */

import { te, tir, UsageError } from "tvm-ts";
import type { Choices } from "./choices";
import type { Declaration } from "./declaration";

export function schedule(
  choices: Choices,
  { outputs, computed }: Declaration,
  onRefusal: (error: UsageError) => void,
): te.Schedule {
  const made = te.createSchedule(outputs.map((tensor) => tensor.op));
  const scheduler = new Scheduler(choices, made, computed);
  const commands = choices.number(11);
  for (let command = 0; command < commands; command++) {
    try {
      scheduler.apply();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      onRefusal(error);
    }
  }
  return made;
}

class Scheduler {
  private readonly tensors: te.Tensor[];
  private readonly fused = new Set<tir.IterVar>();
  private readonly hosts = new Set<te.Stage>();

  constructor(
    private readonly choices: Choices,
    private readonly made: te.Schedule,
    computed: readonly te.Tensor[],
  ) {
    this.tensors = computed.filter((tensor) => made.has(tensor));
  }

  private axis(stage: te.Stage): tir.IterVar {
    return this.choices.of<tir.IterVar>(stage.leafIterVars);
  }

  apply(): void {
    const { choices, made, tensors } = this;
    const tensor = choices.of(tensors);
    const stage = made.stage(tensor);
    const axis = this.axis(stage);
    choices.feature<unknown>({
      split: () => stage.split(axis, { factor: choices.between(1, 7) }),
      nparts: () => stage.split(axis, { nparts: choices.between(1, 7) }),
      "split by factor": () => stage.split(axis, { factor: choices.between(2, 4) }),
      fuse: () => this.fuse(stage),
      "fuse, split": () => {
        stage.split(this.fuse(stage), { factor: choices.between(2, 7) });
        if (choices.rarely(3)) this.fuse(stage);
      },
      reorder: () => stage.reorder(...new Set([this.axis(stage), axis])),
      computeAt: () => this.computeAt(stage),
      "computeAt a consumer": () => this.computeAt(stage),
      computeInline: () => stage.computeInline(),
      cacheWrite: () => tensors.push(...made.cacheWrite([...tensor.op.outputs], "local")),
      cacheRead: () => {
        const read = choices.of([...stage.op.inputTensors]);
        tensors.push(made.cacheRead(read, choices.of(["local", "global"]), [stage.op]));
      },
      unroll: () => stage.unroll(axis),
      vectorize: () => stage.vectorize(stage.leafIterVars.at(-1)!),
      parallel: () => stage.parallel(axis),
      hint: () => stage.pragma(axis, "loop_partition_hint", 1),
      "unroll pragma": () => stage.pragma(axis, "auto_unroll_max_step", choices.number(20)),
      storageAlign: () => stage.storageAlign(axis, choices.between(2, 5), choices.number(2)),
      vthread: () => {
        // The interpreter runs threads one after another: they cannot reduce together.
        if (axis.iterType !== "CommReduce") stage.bind(axis, te.threadAxis("vthread"));
      },
      rfactor: () => {
        const reducing = stage.leafIterVars.filter(({ iterType }) => iterType === "CommReduce");
        const along = reducing.length === 0 ? axis : choices.of(reducing);
        tensors.push(...[made.rfactor(tensor, along)].flat());
      },
      setScope: () => stage.setScope(choices.of(["global", "local"])),
      prefetch: () => stage.prefetch(choices.of([...stage.op.inputTensors]), axis, 1),
    });
  }

  private fuse(stage: te.Stage): tir.IterVar {
    const { choices, fused } = this;
    const at = choices.number(Math.max(1, stage.leafIterVars.length - 1));
    const pair = stage.leafIterVars.slice(at, at + 2);
    const axis = stage.fuse(...pair);
    if (pair.some((one) => fused.has(one))) choices.features.add("fuse of fused");
    fused.add(axis);
    return axis;
  }

  private computeAt(stage: te.Stage): void {
    const { choices, made, hosts } = this;
    const attachable = made.stages.filter(({ op }) =>
      op.inputTensors.some((tensor) => made.stage(tensor) === stage),
    );
    if (attachable.length === 0) return;
    const anywhere = made.stages.filter(({ leafIterVars }) => leafIterVars.length > 0);
    const parent = choices.rarely(6) ? choices.of(anywhere) : choices.of(attachable);
    stage.computeAt(parent, this.axis(parent));
    hosts.add(stage);
    if (hosts.has(parent)) choices.features.add("nested computeAt");
    // Often one of its inputs is computed inside of it, too.
    const producers = stage.op.inputTensors.filter((tensor) => tensor.op.kind === "compute");
    if (producers.length > 0 && choices.rarely(2)) {
      made.stage(choices.of(producers)).computeAt(stage, this.axis(stage));
      choices.features.add("nested computeAt");
    }
  }
}
