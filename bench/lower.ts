/**
 * The time from a program's declarations to its lowered module: five golden programs, and curves over the
 * number of stages.
 */

import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { namesOf } from "../tests/golden/vta";
import { buildProgram } from "../tests/support/golden-program";
import { goldenProgram } from "./golden";
import { timed, type BenchCase } from "./harness";

const { te } = tvm;

/** A golden program's declarations and schedule, and all its lowering. */
export function lowering(name: string): () => tvm.IRModule {
  const { program } = goldenProgram(name);
  const env = vta.getEnv();
  const names = namesOf(env);
  const disabledPass = program.run?.disabled_pass ?? [];
  const context = vta.buildConfig({ env, disabledPass });
  return () => {
    const { schedule, args } = buildProgram(program, { vta: names });
    return name.startsWith("vta_")
      ? vta.lower(schedule, args, { env, context })
      : tvm.lower(schedule, args);
  };
}

function lowerProgram(name: string): BenchCase {
  return timed({ name: `lower/${name}`, setUp: () => lowering(name) });
}

type Chain = (tensors: readonly tvm.te.Tensor[]) => tvm.te.Schedule;

/** Elementwise stages, each reading the one before, scheduled by `schedule`. */
function chain(name: string, stages: number, schedule: Chain): BenchCase {
  return timed({
    name: `lower/${name}_${stages}`,
    setUp: () => () => {
      const A = te.placeholder([64], { name: "A" });
      const tensors = [A];
      for (let n = 0; n < stages; n++) {
        const input = tensors.at(-1)!;
        tensors.push(te.compute([64], (i) => input(i).add(n), `T${n}`));
      }
      return tvm.lower(schedule(tensors.slice(1)), [A, tensors.at(-1)!]);
    },
  });
}

/** Every stage is a separate loop. */
const atRoot: Chain = (tensors) => te.createSchedule(tensors.at(-1)!.op);

/** Every stage is computed in the loop of the last. */
const attached: Chain = (tensors) => {
  const last = tensors.at(-1)!;
  const s = te.createSchedule(last.op);
  const [outer] = s.stage(last).split(last.op.axis[0]!, { factor: 8 });
  for (const tensor of tensors.slice(0, -1)) s.stage(tensor).computeAt(s.stage(last), outer);
  return s;
};

/** Every stage is part of the last one's expression. */
const inlined: Chain = (tensors) => {
  const s = te.createSchedule(tensors.at(-1)!.op);
  for (const tensor of tensors.slice(0, -1)) s.stage(tensor).computeInline();
  return s;
};

const STAGES = [62, 125, 250, 500];

export const cases: BenchCase[] = [
  "te_matmul_blocked",
  "te_matmul_vec_packed",
  "te_blur_tiled",
  "vta_vadd",
  "vta_conv2d_opt",
]
  .map(lowerProgram)
  .concat(
    STAGES.map((n) => chain("stages", n, atRoot)),
    STAGES.map((n) => chain("attached", n, attached)),
    STAGES.map((n) => chain("inlined", n, inlined)),
  );
