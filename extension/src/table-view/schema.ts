/** What the JSON of a table of records must look like. */

import * as v from "valibot";

const cell = v.nullable(v.union([v.string(), v.number(), v.boolean()]));

export const tableSchema = v.pipe(
  v.object({
    version: v.literal(1),
    /** What stands above the table. */
    summary: v.exactOptional(v.string()),
    columns: v.array(v.string()),
    /** A cell for each column; null where a record has no such field. */
    rows: v.array(v.array(cell)),
    /** How many records there are, if not all are here. */
    total: v.exactOptional(v.number()),
  }),
  v.check(
    ({ columns, rows }) => rows.every((row) => row.length === columns.length),
    "a row has not as many cells as there are columns",
  ),
);

export type TableData = v.InferOutput<typeof tableSchema>;
export type Cell = v.InferOutput<typeof cell>;
