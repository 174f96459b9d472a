/** Showing the compiler's inside to a developer. */

import { PassContext, PassPrinter, type DebugLevel } from "../pass";
import type { Host } from "../runtime";

/** The context, with a printer of passes among its instruments where the host asks for one. */
export function watched(
  context: PassContext | undefined,
  host: Pick<Host, "debugLevel" | "log">,
): PassContext {
  const given = context ?? new PassContext();
  const level = host.debugLevel();
  if (!(level >= 1)) return given;
  const printer = new PassPrinter(Math.min(Math.trunc(level), 4) as DebugLevel, host.log);
  return given.withInstrument(printer);
}
