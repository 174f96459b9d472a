/** `npm run golden -- DIR... [--only NAME,...] [--kinds KIND,...] [--json]` */

import { Command, Option } from "commander";
import { ready } from "tvm-ts";
import { checkEntry } from "./check";
import { readCorpus } from "./corpus";
import { KINDS, Report, type GoldenKind } from "./report";

function names(text: string): string[] {
  return text.split(",").filter((name) => name !== "");
}

const command = new Command("golden")
  .description("Compares the library's results for golden entries with the reference's.")
  .argument("<folders...>", "folders (or files) of golden entries")
  .option("--only <names>", "entries to check, comma-separated", names)
  .option("--kinds <kinds>", `what to check, comma-separated: ${KINDS.join(",")}`, names)
  .addOption(
    new Option("--target <target>", "the target of CPU programs")
      .choices(["wasm", "c"])
      .default("wasm"),
  )
  .option("--json", "the report as JSON")
  .parse();

const options = command.opts<{
  only?: string[];
  kinds?: string[];
  target: "wasm" | "c";
  json?: boolean;
}>();

async function main(): Promise<void> {
  const unknown = options.kinds?.find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (unknown !== undefined) throw new Error(`there is no kind ${unknown}; see --help`);
  const kinds = new Set((options.kinds ?? KINDS) as readonly GoldenKind[]);

  const corpus = readCorpus(command.args);
  const missing = options.only?.filter(
    (name) => !corpus.entries.some((entry) => entry.name === name),
  );
  if (missing !== undefined && missing.length > 0) {
    throw new Error(`no entry is called ${missing.join(", ")} in ${command.args.join(", ")}`);
  }
  const entries = corpus.entries.filter(({ name }) => options.only?.includes(name) ?? true);
  await ready();

  const report = new Report(corpus.unknown);
  let shown = Date.now();
  for (const [i, entry] of entries.entries()) {
    await checkEntry(entry, { kinds, cpuTarget: options.target }, report);
    if (process.stderr.isTTY && Date.now() - shown > 200) {
      process.stderr.write(`\r${i + 1} of ${entries.length}`);
      shown = Date.now();
    }
  }
  if (process.stderr.isTTY) process.stderr.write("\r");
  if (options.json === true) console.log(JSON.stringify(report));
  else report.print((line) => console.log(line));
  process.exitCode = report.failures > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
