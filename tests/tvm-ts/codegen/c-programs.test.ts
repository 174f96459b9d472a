/** The reference's random programs, computed by generated C and compared by digest. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { readCorpus } from "../../golden/corpus";
import { inputData } from "../../support/golden-data";
import { buildProgram } from "../../support/golden-program";
import { runC } from "../../support/compiled-c";

const family = join(import.meta.dirname, "../../golden/fuzz/te.jsonl");
const programs = readCorpus([family]).entries.filter((entry) => entry.sort === "program");
// Each program runs a C compiler: all of them if FUZZ_RUNS is set, else every eighth.
const chosen = programs.filter((_, i) => process.env["FUZZ_RUNS"] !== undefined || i % 8 === 0);

test("there are programs to run", () => {
  expect(programs.length).toBeGreaterThan(100);
});

test.each(chosen)("$name", ({ program, expected }) => {
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
  for (const [output, { sha256 }] of Object.entries(expected.run!.outputs)) {
    const { data } = results[program.args.indexOf(output)]!;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  }
});
