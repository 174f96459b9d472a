/**
 * `npx tsx --tsconfig bench/tsconfig.json bench/explore-tables.ts [TOPHUB_LOG]`: the tables of
 * docs/exploration.md, from the shipped records of the exhaustive search. With TopHub's log for VTA, its Pynq
 * records for the same layers are also run through the cycle model.
 */

import { readFileSync } from "node:fs";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { layerSpaces } from "./explore";

const { explore } = vta;
type Space = vta.explore.SearchSpace;

/** Multiply-adds of the GEMM core in a cycle. */
const PEAK = 256;
const SEEDS = 50;
const CYCLES_PER_SECOND = explore.CLOCK_HZ;

const STRATEGIES: readonly (readonly [string, vta.explore.Strategy])[] = [
  ["annealing", explore.annealing()],
  ["annealing, no estimates", explore.annealing({ estimates: false })],
  ["genetic", explore.genetic()],
  ["random", explore.randomSearch],
];

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;

const count = (value: number): string => value.toLocaleString("en-US");

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** TopHub's lowest cost for a layer on the Pynq board, and our cycles for its knobs. */
function topHub(log: string | undefined, space: Space): string[] {
  if (log === undefined) return [];
  const shape = JSON.stringify([space.args[0], space.args[1], space.args[2]]);
  const records = explore
    .parseRecords(log)
    .records.filter(
      ({ target, task, args }) =>
        target.includes("pynq_1x16") &&
        task === space.task &&
        JSON.stringify([args[0], args[1], args[2]]) === shape,
    )
    .sort((a, b) => explore.meanCost(a) - explore.meanCost(b));
  const [best] = records;
  if (best === undefined) return ["none", ""];
  const index = space.configs.indexOfEntity(best.entity);
  const result = explore.measureTrial(space, index, {});
  const cycles = result.kind === "measured" ? count(result.measures["cycles"]!) : result.kind;
  return [cycles, count(Math.round(explore.meanCost(best) * CYCLES_PER_SECOND))];
}

function knobsText(space: Space, index: number): string {
  return Object.entries(space.values(index))
    .filter(([name]) => name !== "tile_b")
    .map(([name, value]) => `${name.replace("_nthread", " threads").replace("tile_", "")} ${value}`)
    .join(", ");
}

async function main(): Promise<void> {
  await tvm.ready();
  const [path] = process.argv.slice(2);
  const log = path === undefined ? undefined : readFileSync(path, "utf8");
  const records = explore.recordsOf("resnet18");
  const spaces = layerSpaces();
  const studies = new Map<string, vta.explore.Study>();
  console.log(
    "layer | configuration | knobs | cycles | of peak | TopHub's, our cycles | its board",
  );
  for (const [name, space] of spaces) {
    const study = new explore.Study(space, { records });
    studies.set(name, study);
    const { index, measures } = study.best!;
    const share = (100 * space.work.macs) / (PEAK * measures["cycles"]!);
    console.log(
      row([
        name,
        index,
        knobsText(space, index),
        count(measures["cycles"]!),
        `${share.toFixed(1)} %`,
        ...topHub(log, space),
      ]),
    );
  }
  console.log(["layer | tried | budget", ...STRATEGIES.map(([strategy]) => strategy)].join(" | "));
  for (const [name, space] of spaces) {
    const known = studies.get(name)!;
    const optimum = known.best!.measures["cycles"]!;
    const budget = Math.ceil(known.trials.length / 10);
    const cells: string[] = [];
    for (const [, strategy] of STRATEGIES) {
      const ratios: number[] = [];
      for (let seed = 0; seed < SEEDS; seed++) {
        const engine = explore.replay(records);
        const study = new explore.Study(space, { engine, strategy, seed, budget });
        await study.run();
        ratios.push(study.best!.measures["cycles"]! / optimum);
      }
      cells.push(`+${(100 * (median(ratios) - 1)).toFixed(1)} %`);
    }
    console.log(row([name, known.trials.length, budget, ...cells]));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
