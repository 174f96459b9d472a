/** The schema of a table's JSON. */

import * as v from "valibot";

const cell = v.nullable(v.union([v.string(), v.number(), v.boolean()]));

export const tableSchema = v.pipe(
  v.object({
    version: v.literal(1),
    /** What stands above the table. */
    summary: v.exactOptional(v.string()),
    columns: v.array(v.string()),
    /** A cell for each column; null for a missing field. */
    rows: v.array(v.array(cell)),
    /** The number of all records, if some are left out. */
    total: v.exactOptional(v.number()),
  }),
  v.check(
    ({ columns, rows }) => rows.every((row) => row.length === columns.length),
    "a row has not as many cells as there are columns",
  ),
);

export type TableData = v.InferOutput<typeof tableSchema>;
export type Cell = v.InferOutput<typeof cell>;
