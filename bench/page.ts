/**
 * The static site against the kernel on Node.js: the same cells in both, alternating. Needs the output of
 * `npm run lite`.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LiteNotebook, SiteServer } from "../tests/e2e/lite-site";
import { launchChromium } from "../tests/support/chromium";
import type { BenchCase } from "./harness";
import { KernelUnderTest } from "./kernel";

const TUTORIAL = "tutorials/convolution_opt.ipynb";
const ROUNDS = 5;

/** The tutorial's cells up to the first call of the compiled convolution. */
function setUpCells(): string[] {
  const path = fileURLToPath(new URL(`../notebooks/${TUTORIAL}`, import.meta.url));
  const { cells } = JSON.parse(readFileSync(path, "utf8")) as {
    cells: { cell_type: string; source: string[] }[];
  };
  const code = cells
    .filter(({ cell_type: type }) => type === "code")
    .map(({ source }) => source.join(""));
  return code.slice(0, code.findIndex((cell) => cell.includes("my_conv(data_nd")) + 1);
}

/** Milliseconds of one call, the median of twenty. */
const TIMED = `(() => {
  const times = Array.from({ length: 20 }, () => {
    const started = performance.now();
    my_conv(data_nd, kernel_nd, res_nd);
    return performance.now() - started;
  });
  return times.sort((a, b) => a - b)[10]!;
})()`;

/** The speed of the functional simulator in a page, relative to Node.js. */
async function speedInPage(): Promise<number[]> {
  const server = await SiteServer.start();
  const browser = await launchChromium();
  const kernel = await KernelUnderTest.start();
  try {
    const notebook = await LiteNotebook.open(browser, server.url, TUTORIAL);
    for (const cell of setUpCells()) {
      await kernel.time(cell);
      const { status, trace } = await notebook.run(cell);
      if (status !== "ok") throw new Error(`a cell failed in the page: ${trace}`);
    }
    const ratios: number[] = [];
    for (let n = 0; n <= ROUNDS; n++) {
      const inNode = Number(await kernel.value(TIMED));
      const inPage = Number((await notebook.run(TIMED)).result);
      // The first round warms both up.
      if (n > 0) ratios.push(inNode / inPage);
    }
    return ratios;
  } finally {
    await kernel.stop();
    await browser.close();
    await server.stop();
  }
}

export const cases: BenchCase[] = [
  // At least 0.75.
  { name: "page/simulator_speed", unit: "of Node", better: "higher", run: speedInPage },
];
