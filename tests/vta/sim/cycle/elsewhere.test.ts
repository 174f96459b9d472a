/** The same cycles in another process and in a page. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { browserBundle } from "../../../support/browser-bundle";
import { launchChromium } from "../../../support/chromium";
import { recordedStreams } from "../../../support/recorded-streams";

const streams = recordedStreams("real.jsonl.gz").slice(0, 60);
const jobs = streams.map(({ words, address }) => ({ words: [...words], address }));
const expected = streams.map(({ cycles }) => cycles);

/** Defines `cyclesOf` in the page or process. */
const PROGRAM = `
import { Hardware, samples } from "./lib/vta/src/hardware";
import { simulateCycles } from "./lib/vta/src/sim/cycle";
const hardware = new Hardware(samples.sim);
globalThis.cyclesOf = (jobs) =>
  jobs.map(({ words, address }) =>
    simulateCycles(hardware, Uint32Array.from(words), { address }).timing.cycles);
`;

let bundle: string;

beforeAll(async () => {
  bundle = await browserBundle(PROGRAM);
}, 60_000);

describe("recorded streams take the recorded cycles", () => {
  test("in another process", () => {
    const script = `${bundle}
      let text = "";
      process.stdin.on("data", (part) => (text += part));
      process.stdin.on("end", () => console.log(JSON.stringify(cyclesOf(JSON.parse(text)))));`;
    const folder = mkdtempSync(join(tmpdir(), "tvm-vta-cycles-"));
    try {
      const path = join(folder, "cycles.mjs");
      writeFileSync(path, script);
      const printed = execFileSync(process.execPath, [path], {
        input: JSON.stringify(jobs),
        encoding: "utf8",
      });
      expect(JSON.parse(printed)).toEqual(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test("in a page", async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: bundle, type: "module" });
      await page.waitForFunction(() => "cyclesOf" in globalThis);
      const found = await page.evaluate((given) => {
        const { cyclesOf } = globalThis as unknown as {
          cyclesOf: (jobs: unknown) => number[];
        };
        return cyclesOf(given);
      }, jobs);
      expect(found).toEqual(expected);
    } finally {
      await browser.close();
    }
  }, 120_000);
});
