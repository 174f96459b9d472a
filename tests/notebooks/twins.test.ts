/** Some broken twins of tutorials; `npm run twins` runs all of them. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { forgetKernel, prepareNotebooks, SETUP_MS } from "./notebook";
import { equivalentTwins, isSameTwin, runTwins, TWIN_NOTEBOOKS, twinsOf } from "./twins";

const NOTEBOOK = "tutorials/matrix_multiply.ipynb";

/** One of each kind of change that means something here: the order of the first two loops does not. */
const CHOSEN = ["another memory", "another pragma", "left out"];

beforeAll(prepareNotebooks, SETUP_MS);
afterAll(forgetKernel);

test("twins of a tutorial fail, each with a reason", { timeout: SETUP_MS }, async () => {
  const all = twinsOf(NOTEBOOK);
  const twins = CHOSEN.map((change) => all.findLast((twin) => twin.change === change)!);
  const reasons: (string | null)[] = [];
  for await (const reason of runTwins(NOTEBOOK, twins)) reasons.push(reason);
  expect(reasons).toEqual(twins.map(() => expect.stringMatching(/^cell \d+: ./)));
});

test("every tutorial with a schedule has twins, all of them different", () => {
  for (const notebook of TWIN_NOTEBOOKS) {
    const twins = twinsOf(notebook);
    expect(twins.length, notebook).toBeGreaterThan(5);
    expect(new Set(twins.map(({ cell, source }) => `${cell}\n${source}`)).size).toBe(twins.length);
  }
});

test("each twin that is listed as equivalent exists, with a reason, once", () => {
  const all = TWIN_NOTEBOOKS.flatMap(twinsOf);
  for (const entry of equivalentTwins) {
    expect(
      all.filter((twin) => isSameTwin(twin, entry)),
      entry.line,
    ).toHaveLength(1);
    expect(equivalentTwins.filter((other) => isSameTwin(other, entry))).toHaveLength(1);
    expect(entry.reason).toMatch(/^[A-Z].{20,}\.$/);
  }
});
