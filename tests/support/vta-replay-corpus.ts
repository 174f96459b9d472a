/** The golden VTA programs as replays: lowered text, inputs, and the reference's results. */

import { fileURLToPath } from "node:url";
import type { VtaConfig } from "vta-ts";
import { readCorpus, type Entry } from "../golden/corpus";
import type { ReplayProgram } from "./vta-replay";

const folder = (name: string): string =>
  fileURLToPath(new URL(`../golden/${name}`, import.meta.url));

/** Whether a text is a lowered function that only the accelerator executes. */
function replayable(text: string): boolean {
  return text.includes("tir.vta.uop_push") && !text.includes("allocate(");
}

function toReplay(entry: Entry): ReplayProgram[] {
  if (entry.sort === "operator") {
    const { stats, outputs } = entry.run;
    if (stats === undefined || !replayable(entry.lower)) return [];
    const { name, lower, inputs } = entry;
    return [{ name, lower, inputs, stats, sha256: Object.values(outputs)[0]!.sha256 }];
  }
  if (entry.sort !== "program") return [];
  const { expected, program, name } = entry;
  const lower = Object.values(expected.lower ?? {}).find(replayable);
  const run = expected.run;
  if (lower === undefined || run?.stats === undefined) return [];
  return [
    {
      name,
      ...(program.config === undefined ? {} : { config: program.config as unknown as VtaConfig }),
      lower,
      inputs: program.run!.inputs,
      stats: run.stats,
      sha256: Object.values(run.outputs)[0]!.sha256,
      ...(run.dump === undefined ? {} : { dump: run.dump }),
    },
  ];
}

export function replayCorpus(...folders: readonly string[]): ReplayProgram[] {
  return readCorpus(folders.map(folder)).entries.flatMap(toReplay);
}
