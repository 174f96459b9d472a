// A sweep in a separate process, which tests kill.
// Arguments: the records' file, the number of worker threads or the URL of a Redis, the budget.

import { createRequire } from "node:module";
import console from "node:console";
import process from "node:process";

const require = createRequire(import.meta.url);
const { explore } = require("vta-ts");
const { ready } = require("tvm-ts");

const [records, where, budget] = process.argv.slice(2);
await ready();
const space = explore.template("dense_packed.vta", [
  ["TENSOR", [1, 120, 1, 16], "int8"],
  ["TENSOR", [120, 120, 16, 16], "int8"],
  null,
  "int32",
]);
const study = new explore.Study(space, {
  strategy: explore.randomSearch,
  seed: 5,
  budget: Number(budget),
  records,
  engine: where.startsWith("redis:")
    ? explore.bullmq({ url: where, parallel: 4 })
    : explore.workerThreads(Number(where)),
  check: false,
  onTrial: ({ number }) => console.log(`trial ${number}`),
});
await study.run();
console.log(`best ${study.best.index} ${study.best.measures.cycles}`);
process.exit(0);
