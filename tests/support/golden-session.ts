/** Golden programs in sessions: compiled here, run there. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { namesOf } from "../golden/vta";
import { inputData } from "./golden-data";
import { buildProgram, type ProgramJson } from "./golden-program";

const { nd, np } = tvm;
const programs = join(import.meta.dirname, "../golden/programs");

interface Expected {
  readonly run: {
    readonly outputs: Record<string, { readonly sha256: string }>;
    readonly stats: Record<string, number>;
  };
}

/** A golden program, compiled; and how to run it in a session with the digests it should give. */
export function goldenProgram(name: string) {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(programs, file), "utf8"));
  const program = read(`${name}.json`) as ProgramJson;
  const { run: expected } = read(`${name}.expect.json`) as Expected;
  const env = vta.getEnv();
  const { schedule, args, tensors } = buildProgram<never>(program, { vta: namesOf(env) });
  const disabledPass = program.run?.disabled_pass ?? ["tir.CommonSubexprElimTIR"];
  const module = vta.build(schedule, args, { context: vta.buildConfig({ env, disabledPass }) });
  return {
    module,
    bytes: module.toBytes(),
    stats: expected.stats,
    async run(session: tvm.Session): Promise<void> {
      const f = await session.loadModule(`${name}.wasm`);
      const arrays = await Promise.all(
        program.args.map((arg) => {
          const tensor = tensors.get(arg)!;
          const shape = tensor.shape.map((dim) => tvm.tir.constIntValue(dim)!);
          const input = program.run!.inputs[arg];
          const device = session.extDev(0);
          return input === undefined
            ? nd.array(np.zeros(shape, tensor.dtype), device)
            : nd.array(inputData(shape, tensor.dtype, input), device);
        }),
      );
      await f(...arrays);
      for (const [output, { sha256 }] of Object.entries(expected.outputs)) {
        const { data } = await arrays[program.args.indexOf(output)]!.numpy();
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      }
    },
  };
}
