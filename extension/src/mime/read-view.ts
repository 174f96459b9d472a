/**
 * Reads an output's JSON. It is from an untrusted file, so it is fully checked: invalid data become a
 * message.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import * as v from "valibot";

/** The output cannot be drawn; the message has the reason in the user's language. */
export class UnreadableOutput extends Error {}

/** The version of the JSON that this extension draws. */
const VERSION = 1;

/** @throws UnreadableOutput when the data have another version or do not match `schema`. */
export function readView<T>(
  schema: v.GenericSchema<unknown, T>,
  data: unknown,
  trans: TranslationBundle,
): T {
  const version = (data as { version?: unknown } | null | undefined)?.version;
  if (typeof version === "number" && version !== VERSION) {
    throw new UnreadableOutput(
      trans.__(
        "This output has format %1, and the installed extension draws format %2. Update jupyterlab-tvm-vta, or run the cell again.",
        version,
        VERSION,
      ),
    );
  }
  const result = v.safeParse(schema, data, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const reason = path === null ? issue.message : `${path}: ${issue.message}`;
  throw new UnreadableOutput(trans.__("This output is damaged (%1). Run the cell again.", reason));
}
