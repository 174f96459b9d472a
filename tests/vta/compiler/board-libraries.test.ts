/** Libraries for boards: the golden programs' C, compiled for this machine and for boards' processors. */

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { environmentOf, namesOf } from "../../golden/vta";
import { inputData } from "../../support/golden-data";
import { buildProgram, type ProgramJson } from "../../support/golden-program";

const programs = join(import.meta.dirname, "../../golden/programs");
const names = readdirSync(programs)
  .filter((file) => /^vta_.*\.json$/.test(file) && !file.endsWith(".expect.json"))
  .map((file) => file.replace(".json", ""));
const folder = mkdtempSync(join(tmpdir(), "board-libraries-"));
const stub = join(folder, "stub");

/** The targets that have boards of each processor, and its number in an ELF file's head. */
const PROCESSORS = [
  { target: "pynq", triple: "arm-linux-gnueabihf", machine: 40 },
  { target: "ultra96", triple: "aarch64-linux-gnu", machine: 183 },
] as const;
const isInstalled = (triple: string): boolean =>
  spawnSync(`${triple}-gcc`, ["--version"]).error === undefined;

beforeAll(async () => {
  await tvm.ready();
  const env = vta.getEnv();
  const sizes = {
    ...{ BATCH: env.BATCH, BLOCK_IN: env.BLOCK_IN, BLOCK_OUT: env.BLOCK_OUT },
    INP_DEPTH: env.INP_BUFF_SIZE / env.INP_ELEM_BYTES,
    WGT_DEPTH: env.WGT_BUFF_SIZE / env.WGT_ELEM_BYTES,
    ACC_DEPTH: env.ACC_BUFF_SIZE / env.ACC_ELEM_BYTES,
  };
  const defines = Object.entries(sizes).map(([name, value]) => `-D${name}=${value}`);
  const source = join(import.meta.dirname, "../../support/vta-stub.c");
  const options = ["-std=gnu99", "-O2", "-fwrapv", "-Wall", "-rdynamic", ...defines];
  execFileSync("cc", [...options, source, "-o", stub, "-ldl"], { stdio: ["ignore", 2, 2] });
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(programs, file), "utf8"));
}

/** A program, built for the processor of a target. */
function built(name: string, target: "sim" | "pynq" | "ultra96") {
  const program = read(`${name}.json`) as ProgramJson;
  const { config } = environmentOf(program.config);
  const env = new vta.Environment({ ...config, TARGET: target });
  return vta.withEnvironment(env, () => {
    const { schedule, args, tensors } = buildProgram<never>(program, { vta: namesOf(env) });
    const disabledPass = program.run?.disabled_pass ?? ["tir.CommonSubexprElimTIR"];
    const context = vta.buildConfig({ env, disabledPass });
    return { program, tensors, module: vta.build(schedule, args, { env, context }) };
  });
}

describe.each(names)("%s", (name) => {
  test("has its function's symbols, and computes the recorded results in a runtime as strict as TVM's", () => {
    const { program, tensors, module } = built(name, "sim");
    const library = join(folder, `${name}.so`);
    module.exportLibrary(library);
    const symbols = execFileSync("nm", ["-D", "--defined-only", library], { encoding: "utf8" });
    expect(symbols).toMatch(/ T tvm_main\n/);
    expect(symbols).toMatch(/ [RD] __tvm_main__\n/);
    expect(symbols).toMatch(/ [BD] __tvm_module_ctx\n/);
    const arrays = program.args.map((arg) => {
      const { shape, dtype } = tensors.get(arg)!;
      const lengths = shape.map((dim) => tvm.tir.constIntValue(dim)!);
      const input = program.run!.inputs[arg];
      const data =
        input === undefined ? tvm.np.zeros(lengths, dtype) : inputData(lengths, dtype, input);
      return { arg, text: `${dtype}:${lengths.join(",")}`, bytes: bytesOf(data.data) };
    });
    const output = execFileSync(stub, [library, ...arrays.map(({ text }) => text)], {
      input: Buffer.concat(arrays.map(({ bytes }) => bytes)),
      maxBuffer: 1 << 28,
    });
    const { run } = read(`${name}.expect.json`) as {
      run: { outputs: Record<string, { sha256: string }> };
    };
    let at = 0;
    for (const { arg, bytes } of arrays) {
      const result = output.subarray(at, (at += bytes.length));
      const { sha256 } = run.outputs[arg] ?? {};
      if (sha256 === undefined) expect(Buffer.compare(result, bytes)).toBe(0);
      else expect(createHash("sha256").update(result).digest("hex")).toBe(sha256);
    }
  });

  test.runIf(PROCESSORS.some(({ triple }) => isInstalled(triple)))(
    "is compiled for the processors of boards",
    () => {
      for (const { target, triple, machine } of PROCESSORS) {
        if (!isInstalled(triple)) continue;
        const library = join(folder, `${name}.${target}.so`);
        built(name, target).module.exportLibrary(library);
        const head = readFileSync(library).subarray(0, 20);
        expect(head.toString("latin1", 1, 4)).toBe("ELF");
        expect(head.readUInt16LE(18)).toBe(machine);
        const symbols = execFileSync(`${triple}-nm`, ["-D", "--defined-only", library]);
        expect(String(symbols)).toMatch(/ T tvm_main\n/);
      }
    },
  );
});

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
