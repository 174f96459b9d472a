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
    id: "table-damaged",
    source: "// a row with too few cells",
    bundle: { [TABLE]: { version: 1, columns, rows: [["C2"]] }, "text/plain": "[ ... ]" },
  },
];
