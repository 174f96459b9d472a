/** The golden programs, for the cases. */

import { fileURLToPath } from "node:url";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { readCorpus, type ProgramEntry } from "../tests/golden/corpus";
import { namesOf } from "../tests/golden/vta";
import { inputData } from "../tests/support/golden-data";
import { buildProgram } from "../tests/support/golden-program";

const { nd, tir } = tvm;

export function goldenProgram(name: string): ProgramEntry {
  const path = fileURLToPath(new URL(`../tests/golden/programs/${name}.json`, import.meta.url));
  return readCorpus([path]).entries[0] as ProgramEntry;
}

/** Builds a golden program; returns a call of it with arrays on the device. */
export async function goldenCall(
  name: string,
  env: vta.Environment = vta.getEnv(),
): Promise<() => unknown> {
  await tvm.ready();
  const { program } = goldenProgram(name);
  const { schedule, args } = buildProgram(program, { vta: namesOf(env) });
  const disabledPass = program.run?.disabled_pass ?? [];
  const f = vta.build(schedule, args, { env, context: vta.buildConfig({ env, disabledPass }) });
  const device = vta.extDev(0, env);
  const values = (args as readonly tvm.te.Tensor[]).map((tensor) => {
    const shape = tensor.shape.map((extent) => tir.constIntValue(extent)!);
    const input = program.run?.inputs[tensor.op.name];
    return input === undefined
      ? nd.empty(shape, String(tensor.dtype), device)
      : nd.array(inputData(shape, String(tensor.dtype), input), device);
  });
  return () => f(...values);
}
