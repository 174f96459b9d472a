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

/** A golden program, compiled, with a function that runs it in a session and its expected digests. */
export function goldenProgram(name: string) {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(programs, file), "utf8"));
  const program = read(`${name}.json`) as ProgramJson;
  const { run: expected } = read(`${name}.expect.json`) as Expected;
  const env = vta.getEnv();
  const { schedule, args, tensors } = buildProgram<never>(program, { vta: namesOf(env) });
  const disabledPass = program.run?.disabled_pass ?? ["tir.CommonSubexprElimTIR"];
  const module = vta.build(schedule, args, { context: vta.buildConfig({ env, disabledPass }) });
  const inputs = program.args.map((arg) => {
    const { shape, dtype } = tensors.get(arg)!;
    const lengths = shape.map((dim) => tvm.tir.constIntValue(dim)!);
    const input = program.run!.inputs[arg];
    return input === undefined ? np.zeros(lengths, dtype) : inputData(lengths, dtype, input);
  });
  /** The arguments that are results, by position, with their digests. */
  const outputs = Object.entries(expected.outputs).map(
    ([arg, { sha256 }]) => [program.args.indexOf(arg), sha256] as const,
  );
  return {
    name,
    module,
    bytes: module.toBytes(),
    stats: expected.stats,
    inputs,
    outputs,
    async run(session: tvm.Session): Promise<void> {
      const f = await session.loadModule(`${name}.wasm`);
      const device = session.extDev(0);
      const arrays = await Promise.all(inputs.map((input) => nd.array(input, device)));
      await f(...arrays);
      for (const [at, sha256] of outputs) {
        const { data } = await arrays[at]!.numpy();
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      }
    },
  };
}
