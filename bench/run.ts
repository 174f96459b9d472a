/** `npm run bench -- [--only NAME,...] [--json]`: measures the cases and prints the results. */

import { Command } from "commander";
import { allCases } from "./cases";
import { measure, type Measurement } from "./harness";

const options = new Command("bench")
  .description("Measures speed: warm medians with their spread.")
  .option("--only <names>", "cases to run, comma-separated; a folder selects all its cases")
  .option("--list", "print the names only")
  .option("--json", "one JSON object a line")
  .parse()
  .opts<{ only?: string; list?: boolean; json?: boolean }>();

function isSelected(name: string): boolean {
  if (options.only === undefined) return true;
  return options.only
    .split(",")
    .some((only) => name === only || name.startsWith(`${only.replace(/\/$/, "")}/`));
}

function print(result: Measurement): void {
  if (options.json === true) {
    console.log(JSON.stringify(result));
    return;
  }
  const number = (value: number): string => value.toPrecision(4).padStart(10);
  console.log(
    `${result.name.padEnd(36)}${number(result.value)} ${result.unit.padEnd(8)}` +
      `±${number(result.spread).trim()}  (${result.samples} samples, ${result.better} is better)`,
  );
}

async function main(): Promise<void> {
  const cases = (await allCases()).filter(({ name }) => isSelected(name));
  if (options.list === true) {
    cases.forEach(({ name }) => console.log(name));
    return;
  }
  if (cases.length === 0)
    throw new Error(`no case is called ${options.only ?? "anything"}; see --list`);
  for (const benchCase of cases) print(await measure(benchCase));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
