/** Arrays of plain records, as the kernel shows them. */

import type { Story } from "./story";

const TABLE = "application/vnd.tvm-vta.table.v1+json";

const columns = ["layer", "channels", "cycles", "utilization"];
const rows = [
  ["C2", 64, 310_214, 0.71],
  ["C3", 64, 92_117, null],
  ["C10", 256, 401_552, 0.8125],
];

export const tableStories: readonly Story[] = [
  {
    id: "table",
    source: "layers.map((layer) => ({ ...layer, cycles: cyclesOf(layer) }))",
    bundle: { [TABLE]: { version: 1, columns, rows }, "text/plain": "[ ... ]" },
  },
  {
    id: "table-summary",
    source: "built.costs(inputs)",
    bundle: {
      [TABLE]: {
        version: 1,
        summary: "804,000 cycles on the accelerator",
        columns: ["layer", "bytes", "cycles", "of all"],
        rows: [
          ["stem (Conv)", null, null, null],
          ["first (Conv)", "7.7 KiB", 402_000, "50 %"],
        ],
      },
      "text/plain": "804,000 cycles ...",
    },
  },
  {
    id: "table-wide",
    source: "// as many columns as the costs of a network have",
    bundle: {
      [TABLE]: {
        version: 1,
        columns: [
          ...["layer", "device", "multiply-adds", "bytes", "cycles", "of all", "of peak"],
          ...["GEMM works", "ALU works", "configuration", "from"],
        ],
        rows: [
          ["fused_multiply_round_clip", "host", ...Array<null>(7).fill(null), "0.2 ms here", null],
          [
            ...["conv4 (Conv)", "accelerator", 147_456, "7.7 KiB", 2234, "2 %", "26 %"],
            ...["30 %", "23 %", "rows 4, columns 8, threads 2", "estimate"],
          ],
        ],
      },
      "text/plain": "...",
    },
  },
  {
    id: "table-damaged",
    source: "// a row with too few cells",
    bundle: { [TABLE]: { version: 1, columns, rows: [["C2"]] }, "text/plain": "[ ... ]" },
  },
];
