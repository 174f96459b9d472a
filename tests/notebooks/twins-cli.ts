/** `npm run twins [-- NAME...]`: runs all broken twins of the tutorials; fails when one passes that is not listed. */

import { forgetKernel, prepareNotebooks } from "./notebook";
import { equivalentTwins, isSameTwin, runTwins, TWIN_NOTEBOOKS, twinsOf } from "./twins";

async function main(names: readonly string[]): Promise<void> {
  const wrong: string[] = [];
  let total = 0;
  prepareNotebooks();
  try {
    for (const notebook of TWIN_NOTEBOOKS.filter(
      (path) => names.length === 0 || names.some((name) => path.endsWith(`/${name}.ipynb`)),
    )) {
      const before = total;
      const twins = twinsOf(notebook);
      for await (const failed of runTwins(notebook, twins)) {
        const twin = twins[total - before]!;
        total++;
        const listed = equivalentTwins.some((entry) => isSameTwin(entry, twin));
        const name = `${notebook}: ${twin.change}: ${twin.line} [${twin.occurrence}]`;
        console.log(`${name}: ${failed ?? (listed ? "passes, as listed" : "PASSES")}`);
        if ((failed === null) !== listed) wrong.push(name);
      }
    }
  } finally {
    forgetKernel();
  }
  console.log(`${total} twins, ${wrong.length} of them wrong${["", ...wrong].join("\n  ")}`);
  if (wrong.length > 0) process.exitCode = 1;
}

void main(process.argv.slice(2));
