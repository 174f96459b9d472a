/**
 * Recordings of VTA's hardware, laid out as their README says: streams of instructions, and programs
 * and operators by name, for the default configuration and in folders for others.
 */

import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as vta from "vta-ts";
import type { ProgramJson } from "../support/golden-program";
import { findDescription, type CyclesEntry, type OperatorEntry, type RecordedRun } from "./corpus";
import { readInstructions, type InstructionRun } from "./instruction-runs";
import type { Report } from "./report";

/** The settings with which a folder of recordings was made; files beside the folders have the first. */
const CONFIGURATIONS: Readonly<
  Record<string, { model: vta.CyclePreset; config?: Readonly<Record<string, number>> }>
> = {
  default: { model: "de10" },
  pynq: { model: "pynq" },
  w128: { model: "wide128" },
  w256: { model: "wide256" },
  w512: { model: "wide512" },
  k8: {
    model: "de10",
    config: { LOG_BLOCK: 3, LOG_INP_BUFF_SIZE: 14, LOG_WGT_BUFF_SIZE: 16, LOG_ACC_BUFF_SIZE: 16 },
  },
  k32: {
    model: "de10",
    config: { LOG_BLOCK: 5, LOG_INP_BUFF_SIZE: 16, LOG_WGT_BUFF_SIZE: 20, LOG_ACC_BUFF_SIZE: 18 },
  },
};

/** Where the recorder put the micro-ops. */
const UOP_ADDRESS = 0x41000;
const DRAM_WORDS = 0x80000 / 4;

const MODULES = ["load", "compute", "store"] as const;

function configurationOf(path: string): string {
  const folder = basename(dirname(resolve(path)));
  return folder in CONFIGURATIONS ? folder : "default";
}

/** `de10 load`: the counts of a report's lines. */
function groupOf({ path, name }: CyclesEntry): string {
  const file = basename(path).replace(/\.jsonl(\.gz)?$/, "");
  const family = file === "streams" || file === "real" ? name.split("_")[0]! : file;
  return `${configurationOf(path)} ${family}`;
}

export async function checkCycles(entry: CyclesEntry, report: Report): Promise<void> {
  const { model, config } = CONFIGURATIONS[configurationOf(entry.path)]!;
  const env = new vta.Environment({ ...vta.getEnv().config, ...config });
  if ("stream" in entry) {
    const { address, stream, uops } = entry;
    const run = { address, words: wordsOf(stream), dram: dramOf(uops) };
    await checkRun(entry, entry, look(env, model, run), report);
    return;
  }
  const described = descriptionOf(entry.path, entry.name);
  if (described === undefined) throw new Error(`there is no program or operator ${entry.name}`);
  const results: RunResult[] = [];
  await readInstructions(described, env, (run) => results.push(look(env, model, run)));
  if (results.length !== entry.runs.length) {
    throw new Error(`the accelerator starts ${results.length} times, not ${entry.runs.length}`);
  }
  for (const [i, run] of entry.runs.entries()) await checkRun(entry, run, results[i]!, report);
}

/** The results of a run, computed while its DRAM exists. */
interface RunResult {
  readonly plan: vta.StreamPlan;
  readonly hazards: readonly vta.Hazard[];
  readonly time: () => vta.Timing;
}

function look(env: vta.Environment, model: vta.CyclePreset, run: InstructionRun): RunResult {
  const { address, dram, words } = run;
  const plan = vta.planStream(env, words);
  const hazards = vta.findHazards(env, plan, { address, dram, model });
  let timing: vta.Timing | undefined;
  return { plan, hazards, time: () => (timing ??= vta.timeStream(env, plan, { model, address })) };
}

async function checkRun(
  entry: CyclesEntry,
  recorded: RecordedRun,
  { plan, hazards, time }: RunResult,
  report: Report,
): Promise<void> {
  const group = groupOf(entry);
  const what = `${configurationOf(entry.path)} ${entry.name}`;
  if (recorded.rtl !== undefined || recorded.same_memory === false) {
    const reason = recorded.rtl ?? "the hardware leaves another memory";
    await report.check(
      "hazards",
      what,
      () => (hazards.length > 0 ? undefined : `nothing is reported, but ${reason}`),
      group,
    );
  } else if (!mayHaveHazards(entry)) {
    await report.check("hazards", what, () => hazards[0] && describe(hazards[0]), group);
  }
  if (recorded.cycles === undefined) return;
  await report.check(
    "cycles",
    what,
    () => {
      const { cycles } = time();
      const difference = cycles - recorded.cycles!;
      if (difference === 0) return undefined;
      return `${cycles} cycles, expected ${recorded.cycles} (${difference})`;
    },
    group,
  );
  if (recorded.load === undefined) return;
  await report.check("instructions", what, () => firstTriple(recorded, plan, time()), group);
}

/** Handwritten and random streams may have hazards that do not change values. */
function mayHaveHazards({ path }: CyclesEntry): boolean {
  return basename(path).startsWith("streams");
}

function describe({ rule, index, text }: vta.Hazard): string {
  return `reported ${rule} of instruction ${index}: ${text}`;
}

/** The first instruction whose head, start or end differs. */
function firstTriple(
  run: RecordedRun,
  plan: vta.StreamPlan,
  { head, start, end }: vta.Timing,
): string | undefined {
  for (const [module, name] of MODULES.entries()) {
    const expected = run[name] ?? [];
    let k = 0;
    for (let i = 0; i < plan.count; i++) {
      if (plan.module[i] !== module) continue;
      const actual = [head[i], start[i], end[i]].join();
      const wanted = expected[k++]?.join() ?? "nothing";
      if (actual !== wanted) {
        return `instruction ${i} (${name}): head,start,end ${actual}, expected ${wanted}`;
      }
    }
    if (k !== expected.length) return `${k} instructions of ${name}, expected ${expected.length}`;
  }
  return undefined;
}

function wordsOf(hex: string): Uint32Array {
  const bytes = Buffer.from(hex, "hex");
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function dramOf(uops = ""): Uint32Array {
  const dram = new Uint32Array(DRAM_WORDS);
  dram.set(wordsOf(uops), UOP_ADDRESS / 4);
  return dram;
}

// Programs and operators -------------------------------------------------------------------------

const HERE = dirname(fileURLToPath(import.meta.url));

/** The JSON of a program or operator, in the golden folders near the recordings or beside this file. */
function descriptionOf(path: string, name: string): ProgramJson | OperatorEntry | undefined {
  const near = dirname(resolve(path));
  const roots = [".", "..", "../..", "../golden", "../../golden"].map((root) => join(near, root));
  const folders = ["programs", "fuzz", "operators", "configs"];
  for (const root of [...roots, HERE]) {
    const found = findDescription(
      folders.map((folder) => join(root, folder)),
      name,
    );
    if (found !== undefined) return found as unknown as ProgramJson | OperatorEntry;
  }
  return undefined;
}
