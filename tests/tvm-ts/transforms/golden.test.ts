/** The golden programs on the CPU: every text, every pass, every result. */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { lower, pass, PassContext, type IRModule, type LowerTrace, type te } from "tvm-ts";
import { readCorpus, type PipelineEntry, type ProgramEntry } from "../../golden/corpus";
import { buildProgram, type Lowering, type ProgramJson } from "../../support/golden-program";
import { runInterpreted } from "../../support/interpreted";

const folder = fileURLToPath(new URL("../../golden", import.meta.url));
const corpus = readCorpus(
  ["programs", "fuzz", "pipelines"].map((name) => `${folder}/${name}`),
).entries;

function optionsOf({ options }: Lowering) {
  const context = new PassContext({
    disabledPass: options.disabled_pass ?? [],
    instruments: [new pass.PassVerifier()],
  });
  return { name: options.name ?? "main", simpleMode: options.simple_mode ?? true, context };
}

const programs = corpus.filter(
  (entry): entry is ProgramEntry => entry.sort === "program" && entry.name.includes("te_"),
);

describe("lower gives the reference's text, and every pass leaves a well-formed function", () => {
  test.each(programs.map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
    const { lowerings } = buildProgram<IRModule>(entry.program, {
      lower: (command) => lower(command.schedule, command.args, optionsOf(command)),
    });
    for (const { label, result } of lowerings) {
      const text = result.toString().trimEnd() + "\n";
      expect(text, label).toBe(entry.expected.lower![label]);
    }
  });
});

const pipelines = corpus.filter(
  (entry): entry is PipelineEntry => entry.sort === "pipeline" && entry.flavour === "tvm",
);

function lastTrace(program: ProgramJson): LowerTrace {
  const { lowerings } = buildProgram<LowerTrace>(program, {
    lower: (command) =>
      lower(command.schedule, command.args, { ...optionsOf(command), trace: true }),
  });
  return lowerings[lowerings.length - 1]!.result;
}

describe("each pass makes the same change as the reference's, with the same text", () => {
  test.each(pipelines.map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
    const { passes } = lastTrace(entry.program);
    const ours = passes.map((record) => [
      record.name,
      record.depth,
      record.changed ? record.textAfter.trimEnd() : null,
    ]);
    const theirs = entry.passes.map(([name, depth, text]) => [
      name,
      depth,
      text === null ? null : text.trimEnd(),
    ]);
    expect(ours).toEqual(theirs);
  });
});

const runs = programs.filter(({ expected }) => expected.run !== undefined);

describe("the lowered function, interpreted, computes what the reference computed", () => {
  test.each(runs.map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
    const { run, args: names } = entry.program;
    const { schedule, args, tensors } = buildProgram(entry.program);
    const context = new PassContext({ disabledPass: run!.disabled_pass ?? [] });
    const [func] = lower(schedule, args, { context }).functions.values();
    const results = runInterpreted(
      func!,
      names.map((name) => tensors.get(name) as te.Tensor),
      names.map((name) => run!.inputs[name]),
    );
    for (const [name, { sha256 }] of Object.entries(entry.expected.run!.outputs)) {
      const bytes = results[names.indexOf(name)]!;
      expect(createHash("sha256").update(bytes).digest("hex"), name).toBe(sha256);
    }
  });
});
