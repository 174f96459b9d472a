/** The cycle simulator: simulated cycles of the accelerator in a second. */

import { fileURLToPath } from "node:url";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { readCorpus } from "../tests/golden/corpus";
import { readInstructions, type InstructionRun } from "../tests/golden/instruction-runs";
import { declareOperator, LEFT_OUT } from "../tests/golden/operators";
import { goldenCall } from "./golden";
import { timed, type BenchCase } from "./harness";

const { nd, tir } = tvm;

type Described = Parameters<typeof readInstructions>[0];

export function golden(path: string): Described {
  const file = fileURLToPath(new URL(`../tests/golden/${path}.json`, import.meta.url));
  const [entry] = readCorpus([file]).entries;
  return (entry!.sort === "program" ? entry!.program : entry) as Described;
}

/** A program's instructions, timed without values, as in a search of schedules. */
function cyclesOnly(name: string, path: string, cycles: number): BenchCase {
  return timed({
    name: `tsim/${name}`,
    unit: "Mcycle/s",
    better: "higher",
    convert: (ms) => cycles / ms / 1e3,
    async setUp() {
      await tvm.ready();
      const env = vta.getEnv();
      let run: InstructionRun | undefined;
      await readInstructions(golden(path), env, (found) => (run = found));
      return () => vta.simulateCycles(env, run!.words, { address: run!.address });
    },
  });
}

/** A whole call on `TARGET: "tsim"`: host code, cycles, and values. */
function withValues(name: string, cycles: number): BenchCase {
  return timed({
    name: `tsim/${name}_values`,
    unit: "Mcycle/s",
    better: "higher",
    convert: (ms) => cycles / ms / 1e3,
    setUp: () => goldenCall(name, new vta.Environment({ ...vta.getEnv().config, TARGET: "tsim" })),
  });
}

/** ResNet-18's ten convolutions with tuned knobs, profiled one after the other. */
const LAYERS = [
  "op_C2_53",
  "op_C3_540",
  "op_C4_18",
  "op_C5_320",
  "op_C6_650",
  "op_C7_696",
  "op_C8_1132",
  "op_C9_121",
  "op_C10_80",
  "op_C11_24",
];

const resnet: BenchCase = timed({
  name: "tsim/resnet18_profiles",
  unit: "ms",
  async setUp() {
    await tvm.ready();
    const env = vta.getEnv();
    const device = vta.extDev(0, env);
    const calls = LAYERS.map((name) => {
      const entry = golden(`operators/${name}`) as Parameters<typeof declareOperator>[0];
      const { schedule, args } = declareOperator(entry, env);
      const f = vta.build(schedule, args, { env, context: vta.buildConfig({ env, ...LEFT_OUT }) });
      const values = args.map(({ shape, dtype }) =>
        nd.empty(
          shape.map((extent) => tir.constIntValue(extent)!),
          dtype,
          device,
        ),
      );
      return () => f(...values);
    });
    return () => calls.map((call) => vta.profile(call, { device, values: false }).cycles);
  },
});

export const cases: readonly BenchCase[] = [
  cyclesOnly("vta_conv2d_opt", "programs/vta_conv2d_opt", 483_467),
  withValues("vta_conv2d_opt", 483_467),
  cyclesOnly("op_C2_0", "operators/op_C2_0", 19_558_608),
  resnet,
];
