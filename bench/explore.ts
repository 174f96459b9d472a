/** Exploration: the ten convolutions of ResNet-18, every configuration of them, on two worker threads. */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import type { BenchCase } from "./harness";

const { explore } = vta;
const WORKERS = 2;
const MS_PER_MINUTE = 60_000;

/** The folder of a run's records, one file a layer; `bench/pack-records.ts` packs them. */
export const RECORDS = fileURLToPath(new URL("../.cache/explore/resnet18", import.meta.url));

/** The layers by the names that the reference's benchmark scripts give them. */
export const LAYERS = ["C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11"] as const;

interface RecordedSpace {
  readonly task: string;
  readonly args: Parameters<typeof explore.template>[1];
}

/** AutoTVM's space of each layer. */
export function layerSpaces(): [name: string, space: vta.explore.SearchSpace][] {
  const file = new URL("../tests/vta/explore/spaces.jsonl", import.meta.url);
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return LAYERS.map((name, i) => {
    const { task, args } = JSON.parse(lines[i]!) as RecordedSpace;
    return [name, explore.template(task, args)];
  });
}

async function exhaust(): Promise<readonly number[]> {
  await tvm.ready();
  rmSync(RECORDS, { recursive: true, force: true });
  mkdirSync(RECORDS, { recursive: true });
  const started = performance.now();
  for (const [name, space] of layerSpaces()) {
    const study = new explore.Study(space, {
      records: join(RECORDS, `${name}.jsonl`),
      engine: explore.workerThreads(WORKERS),
    });
    await study.run();
    const minutes = (performance.now() - started) / MS_PER_MINUTE;
    const { index, measures } = study.best!;
    console.error(
      `${name}: ${space.size} configurations, ${study.trials.length} tried, ` +
        `${JSON.stringify(study.refusalCounts)} refused; best ${index}: ${measures["cycles"]} cycles ` +
        `(${minutes.toFixed(1)} min)`,
    );
  }
  return [(performance.now() - started) / MS_PER_MINUTE];
}

export const cases: readonly BenchCase[] = [
  { name: "explore/resnet18", unit: "min", better: "lower", run: exhaust },
];
