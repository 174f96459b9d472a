/** Prints passes for developers, if the environment requests it. */

import { PassContext, PassPrinter, type DebugLevel } from "../pass";
import type { Host } from "../runtime";

/** The context, with a `PassPrinter` added if the host has a debug level. */
export function withPassPrinter(
  context: PassContext | undefined,
  host: Pick<Host, "debugLevel" | "log">,
): PassContext {
  const given = context ?? new PassContext();
  const level = host.debugLevel();
  if (!(level >= 1)) return given;
  const printer = new PassPrinter(Math.min(Math.trunc(level), 4) as DebugLevel, host.log);
  return given.withInstrument(printer);
}
