/** Checks one golden entry against the library's results. */

import { createHash } from "node:crypto";
import * as tvm from "tvm-ts";
import { answerArith, ARITH_FIELDS } from "../support/arith-answers";
import { runC } from "../support/compiled-c";
import { inputData } from "../support/golden-data";
import { buildProgram, type Lowering, type ProgramJson } from "../support/golden-program";
import type {
  ArithEntry,
  Entry,
  ExpectedRun,
  OperatorEntry,
  PipelineEntry,
  ProgramEntry,
  RejectEntry,
} from "./corpus";
import { firstDifference, type GoldenKind, type Report } from "./report";
import * as vta from "vta-ts";
import { checkCycles } from "./cycles";
import { checkNetwork } from "./networks";
import { buildOperator } from "./operators";
import { bytesOf, environmentOf, namesOf, runVta, type ActualRun } from "./vta";

/** The kinds to check, and the CPU target of programs without VTA. */
export interface CheckOptions {
  readonly kinds: ReadonlySet<GoldenKind>;
  readonly cpuTarget: "wasm" | "c";
}

/** The kind under which an entry counts if it cannot be checked at all, by the entry's sort. */
const KIND_OF: Readonly<Record<Entry["sort"], GoldenKind>> = {
  program: "lower",
  reject: "rejects",
  pipeline: "pipelines",
  operator: "operators",
  arith: "arith",
  cycles: "cycles",
  network: "networks",
};

/** Checks `entry` in the wanted kinds; an entry that cannot be read is a mismatch. */
export async function checkEntry(
  entry: Entry,
  options: CheckOptions,
  report: Report,
): Promise<void> {
  try {
    await check(entry, options, report);
  } catch (error) {
    report.fail(KIND_OF[entry.sort], entry.name, describe(error));
  }
}

async function check(entry: Entry, options: CheckOptions, report: Report): Promise<void> {
  switch (entry.sort) {
    case "program":
      return checkProgram(entry, options, report);
    case "reject":
      if (options.kinds.has("rejects")) await checkReject(entry, options, report);
      return;
    case "pipeline":
      if (options.kinds.has("pipelines")) await checkPipeline(entry, report);
      return;
    case "operator":
      if (options.kinds.has("operators")) await checkOperator(entry, report);
      return;
    case "arith":
      if (options.kinds.has("arith")) await checkArith(entry, report);
      return;
    case "cycles":
      if (options.kinds.has("cycles")) await checkCycles(entry, report);
      return;
    case "network":
      if (options.kinds.has("networks")) await checkNetwork(entry, report);
  }
}

// Programs --------------------------------------------------------------------------------------

/** Lowers as the command specifies; every caller has set the program's environment. */
function lowerCommand(
  { flavour, schedule, args, options }: Lowering,
  program: ProgramJson,
): tvm.LowerTrace {
  const disabledPass = options.disabled_pass ?? [];
  const env = environmentOf(program.config);
  const context =
    flavour === "tvm"
      ? new tvm.PassContext({ disabledPass })
      : vta.buildConfig({ env, disabledPass });
  return vta.withEnvironment(env, () =>
    tvm.lower(schedule, args, {
      name: options.name ?? "main",
      simpleMode: options.simple_mode ?? true,
      context,
      trace: true,
    }),
  );
}

async function checkProgram(
  { name, program, expected }: ProgramEntry,
  options: CheckOptions,
  report: Report,
): Promise<void> {
  const texts = ["lower", "script"] as const;
  const wanted = texts.filter((kind) => options.kinds.has(kind) && expected[kind] !== undefined);
  if (wanted.length > 0) {
    const modules = new Map<string, tvm.IRModule>();
    let refusal: string | undefined;
    try {
      buildProgram(program, {
        vta: namesOf(environmentOf(program.config)),
        lower: (command) => modules.set(command.label, lowerCommand(command, program).module),
      });
    } catch (error) {
      refusal = describe(error);
    }
    for (const kind of wanted) {
      for (const [label, text] of Object.entries(expected[kind]!)) {
        await report.check(kind, `${name} ${label}`, () => {
          const module = modules.get(label);
          if (module === undefined) return refusal ?? "was not lowered";
          return firstDifference(text, kind === "script" ? module.script() : module.toString());
        });
      }
    }
  }
  if (expected.run !== undefined && (options.kinds.has("run") || options.kinds.has("dump"))) {
    await checkRun(name, expected.run, options, report, () => runProgram(program, options));
  }
}

async function runProgram(program: ProgramJson, options: CheckOptions): Promise<ActualRun> {
  const environment = environmentOf(program.config);
  const { schedule, args, tensors } = buildProgram<never>(program, { vta: namesOf(environment) });
  const { inputs, target, disabled_pass } = program.run!;
  const disabledPass = disabled_pass ?? [];
  const arrays = program.args.map((name) => {
    const tensor = tensors.get(name)!;
    const shape = tensor.shape.map((dim) => tvm.tir.constIntValue(dim)!);
    const input = inputs[name];
    return {
      name,
      shape,
      dtype: tensor.dtype,
      data: input === undefined ? undefined : inputData(shape, tensor.dtype, input),
    };
  });
  if (target === undefined) return runVta(schedule, args, arrays, { disabledPass }, environment);
  const module = tvm.lower(schedule, args, {
    context: new tvm.PassContext({ disabledPass }),
  });
  if (options.cpuTarget === "c") {
    const [func] = [...module.functions.values()];
    const given = arrays.map(({ data, shape, dtype }) => data ?? tvm.np.zeros(shape, dtype));
    const results = runC(func!, given).map((result) => tvm.nd.array(result));
    return { outputs: new Map(arrays.map(({ name }, i) => [name, bytesOf(results[i]!)])) };
  }
  const f = tvm.build(module);
  const values = arrays.map(({ data, shape, dtype }) =>
    data === undefined ? tvm.nd.empty(shape, dtype) : tvm.nd.array(data),
  );
  await f(...values);
  const outputs = new Map(arrays.map(({ name }, i) => [name, bytesOf(values[i]!)]));
  values.forEach((value) => value.free());
  return { outputs };
}

async function checkRun(
  name: string,
  expected: ExpectedRun,
  options: CheckOptions,
  report: Report,
  run: () => Promise<ActualRun>,
  kind: "run" | "operators" = "run",
): Promise<void> {
  let actual: ActualRun | undefined;
  let refusal = "";
  try {
    actual = await run();
  } catch (error) {
    refusal = describe(error);
  }
  if (options.kinds.has(kind)) {
    for (const [output, { sha256 }] of Object.entries(expected.outputs)) {
      await report.check(kind, `${name} ${output}`, () => {
        const bytes = actual?.outputs.get(output);
        if (bytes === undefined) return refusal || "no such output";
        const digest = createHash("sha256").update(bytes).digest("hex");
        return digest === sha256 ? undefined : `digest ${digest}, expected ${sha256}`;
      });
    }
    if (expected.stats !== undefined) {
      await report.check(kind, `${name} statistics`, () =>
        actual === undefined
          ? refusal
          : firstDifference(rows(expected.stats!), rows(actual.stats ?? {})),
      );
    }
  }
  if (options.kinds.has("dump") && expected.dump !== undefined) {
    await report.check("dump", name, () =>
      actual === undefined ? refusal : firstDifference(expected.dump!, actual.dump ?? ""),
    );
  }
}

function rows(stats: Readonly<Record<string, number>>): string {
  return Object.entries(stats)
    .map(([counter, value]) => `${counter}: ${value}`)
    .join("\n");
}

// Rejects ---------------------------------------------------------------------------------------

async function checkReject(
  { name, refused }: RejectEntry,
  options: CheckOptions,
  report: Report,
): Promise<void> {
  await report.check("rejects", name, async () => {
    try {
      if ("operator" in refused) await lowerAndRunOperator(refused);
      else await lowerAndRun(refused, options);
    } catch (error) {
      if (!(error instanceof tvm.TvmError)) return `not an error of ours: ${describe(error)}`;
      if (error.code === "internal") return `an internal error: ${describe(error)}`;
      return error.sentence === "" ? "an error without a message" : undefined;
    }
    return "was not refused";
  });
}

async function lowerAndRun(program: ProgramJson, options: CheckOptions): Promise<void> {
  buildProgram(program, {
    vta: namesOf(environmentOf(program.config)),
    lower: (command) => lowerCommand(command, program),
  });
  if (program.run !== undefined) await runProgram(program, options);
}

async function lowerAndRunOperator(entry: OperatorEntry): Promise<void> {
  const operator = buildOperator(entry);
  operator.lowered();
  await operator.run();
}

// Pipelines -------------------------------------------------------------------------------------

async function checkPipeline(
  { name, program, flavour, passes, final }: PipelineEntry,
  report: Report,
): Promise<void> {
  let trace: tvm.LowerTrace | undefined;
  let refusal = "was not lowered";
  try {
    buildProgram(program, {
      vta: namesOf(environmentOf(program.config)),
      lower: (command) => {
        if (command.flavour === flavour) trace = lowerCommand(command, program);
      },
    });
  } catch (error) {
    refusal = describe(error);
  }
  if (trace?.failure !== undefined) {
    refusal = describe(trace.failure.error);
    trace = undefined;
  }
  await report.check("pipelines", `${name} final`, () =>
    trace === undefined ? refusal : firstDifference(final, `${trace.module.toString()}\n`),
  );
  await report.check("pipelines", `${name} passes`, () => {
    if (trace === undefined) return refusal;
    const expected = passes.filter(([, , text]) => text !== null);
    const actual = trace.passes.filter((record) => record.changed);
    const line = (depth: number, pass: string): string => `${"  ".repeat(depth)}${pass}`;
    return firstDifference(
      expected.map(([pass, depth]) => line(depth, pass)).join("\n"),
      actual.map(({ name: pass, depth }) => line(depth, pass)).join("\n"),
    );
  });
}

// Operators -------------------------------------------------------------------------------------

async function checkOperator(entry: OperatorEntry, report: Report): Promise<void> {
  await report.check("operators", `${entry.name} lower`, () =>
    firstDifference(entry.lower, buildOperator(entry).lowered()),
  );
  const options: CheckOptions = { kinds: new Set(["operators"]), cpuTarget: "wasm" };
  await checkRun(
    entry.name,
    entry.run,
    options,
    report,
    () => buildOperator(entry).run(),
    "operators",
  );
}

// Arithmetic ------------------------------------------------------------------------------------

async function checkArith({ name, line }: ArithEntry, report: Report): Promise<void> {
  let answers: ReturnType<typeof answerArith> | undefined;
  let refusal = "";
  try {
    answers = answerArith(line);
  } catch (error) {
    refusal = describe(error);
  }
  for (const field of ARITH_FIELDS) {
    if (field === "text" || !(field in line)) continue;
    await report.check("arith", `${name} ${field}`, () => {
      if (answers === undefined) return refusal;
      return firstDifference(JSON.stringify(line[field]), JSON.stringify(answers[field]));
    });
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = error instanceof tvm.TvmError ? "" : `\n${error.stack?.split("\n")[1] ?? ""}`;
  return `${error.name}: ${error.message}${frame}`;
}
