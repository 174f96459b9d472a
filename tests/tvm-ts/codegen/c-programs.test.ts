/** The reference's random programs, computed by generated C and compared by digest. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { inputData } from "../../support/golden-data";
import { buildProgram, type ProgramJson } from "../../support/golden-program";
import { runC } from "../../support/compiled-c";

const folder = join(import.meta.dirname, "../../golden/fuzz");
const names = readdirSync(folder).filter((name) => /^fuzz_te_\d+\.json$/.test(name));
// Each one runs a C compiler: all of them where time is given, else every eighth.
const chosen = names.filter((_, i) => process.env["FUZZ_RUNS"] !== undefined || i % 8 === 0);

test("there are programs to run", () => {
  expect(names.length).toBeGreaterThan(100);
});

test.each(chosen)("%s", (file) => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const program = read(file) as ProgramJson;
  const expected = read(file.replace(".json", ".expect.json")) as {
    run: { outputs: Record<string, { sha256: string }> };
  };
  const { schedule, args, tensors } = buildProgram<never>(program);
  const [func] = [...tvm.lower(schedule, args).functions.values()];
  const arrays = program.args.map((name) => {
    const tensor = tensors.get(name)!;
    const shape = tensor.shape.map((dim) => tvm.tir.constIntValue(dim)!);
    const input = program.run!.inputs[name];
    return input === undefined
      ? tvm.np.zeros(shape, tensor.dtype)
      : inputData(shape, tensor.dtype, input);
  });
  const results = runC(func!, arrays);
  for (const [output, { sha256 }] of Object.entries(expected.run.outputs)) {
    const { data } = results[program.args.indexOf(output)]!;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  }
});
