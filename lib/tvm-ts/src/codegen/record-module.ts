/**
 * The metadata of a module, independent of its code format: its target and its functions'
 * parameters.
 */

import { FORMAT_VERSION, type ModuleRecord } from "../artifact";
import type { IRModule } from "../ir";
import type { CodegenTarget } from "./code-generator";
import { signatureOf } from "./signature";

/** The module's first function is its entry. */
export function moduleRecord(module: IRModule, target: CodegenTarget): ModuleRecord {
  const [entry] = module.functions.keys();
  const functions = [...module.functions].map(([name, func]) => {
    const { params, symbols } = signatureOf(func);
    return { name, params, symbols: symbols.map(({ record }) => record), frame: 0 };
  });
  const { configuration } = target;
  return {
    formatVersion: FORMAT_VERSION,
    target: target.toString(),
    device: target.kind,
    ...(configuration === undefined ? {} : { configuration }),
    entry: entry!,
    functions,
    recordings: [],
    parallels: [],
    packed: [],
    assertions: [],
  };
}
