/**
 * `npx tsx --tsconfig bench/tsconfig.json bench/check-records.ts LOG`: the contents of a log of AutoTVM's
 * records, by template and accelerator, and the records that cannot be correct.
 */

import { readFileSync } from "node:fs";
import * as vta from "vta-ts";

const { explore } = vta;

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("name a log: check-records.ts LOG");

const { records, problems } = explore.parseRecords(readFileSync(path, "utf8"));
const flags = explore.flagRecords(records);

const groups = new Map<string, vta.explore.TuningRecord[]>();
for (const record of records) {
  const model = /-model=([a-z0-9]+(?:_\d+x\d+)?)/.exec(record.target)?.[1] ?? record.target;
  const key = `${record.task} | ${model}`;
  groups.set(key, [...(groups.get(key) ?? []), record]);
}

console.log("| template | accelerator | records | index of another entity | above the peak |");
console.log("| --- | --- | ---: | ---: | ---: |");
for (const [key, group] of groups) {
  const count = (start: string): number =>
    flags.filter(({ record, text }) => group.includes(record) && text.startsWith(start)).length;
  console.log(`| ${key} | ${group.length} | ${count("its index")} | ${count("it claims")} |`);
}
console.log(`\n${records.length} records, ${problems.length} lines that are not records`);
for (const { line, text } of problems) console.log(`line ${line}: ${text}`);
for (const { record, text } of flags) {
  const shapes = JSON.stringify(record.args.slice(0, 2));
  console.log(`${record.task} ${shapes} configuration ${record.index}: ${text}`);
}
