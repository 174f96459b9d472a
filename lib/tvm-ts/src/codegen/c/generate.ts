/** A module of lowered functions as one C99 source. */

import type { IRModule } from "../../ir";
import { UsageError } from "../../support";

export function generateC(functions: IRModule): string {
  throw new UsageError(`C is not generated yet for ${functions.functions.size} functions`);
}
