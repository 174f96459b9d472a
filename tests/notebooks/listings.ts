/** The recorded listings of TVM's tutorials. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/jupyter-env";

/** The recorded programs whose listings a tutorial shows, in the order in which it shows them. */
const LISTINGS: Readonly<Record<string, readonly [program: string, ...labels: string[]]>> = {
  vta_get_started: ["vta_vadd", "default", "vta"],
  matrix_multiply: ["vta_matmul", "default", "dma", "vta"],
  matrix_multiply_opt: ["vta_matmul_opt", "default", "blocked", "vta"],
  convolution_opt: ["vta_conv2d_opt", "default", "tiled", "vta"],
};

/** The listings of a tutorial; undefined for one that TVM does not have. */
export function goldenListings(name: string): string[] | undefined {
  const [program, ...labels] = LISTINGS[name] ?? [];
  if (program === undefined) return undefined;
  const file = join(root, `tests/golden/programs/${program}.expect.json`);
  const { lower } = JSON.parse(readFileSync(file, "utf8")) as { lower: Record<string, string> };
  return labels.map((label) => lower[label]!.trimEnd());
}
