/** From lowered functions to a module that can be called, saved or compiled further. */

import { generateC, generateWasm, isExternalCall, type WasmCode } from "../codegen";
import { isStmt, mutate, printModule, type IRModule, type PrimFunc } from "../ir";
import { UsageError } from "../support";
import { DEVICE_TYPE, Module, type CallPlace, type ModuleHost } from "../runtime";
import { checkNesting } from "./nesting";
import type { Target } from "./target";

/**
 * Compiles lowered functions. They run as WebAssembly here; their C source is generated when
 * somebody asks for it.
 * @throws UsageError for what the target cannot run.
 */
export function buildModule(functions: IRModule, target: Target, host: ModuleHost): Module {
  const names = [...functions.functions.keys()];
  if (names.length === 0) throw new UsageError("there is no function to build");
  functions.functions.forEach(checkNesting);
  const lowered = functions.map((func) => lowerOperators(func, target));
  const code = generateWasm(lowered, {
    target: target.toString(),
    device: target.kind,
    entry: names[0]!,
    ...(target.configuration === undefined ? {} : { configuration: target.configuration }),
  });
  const tir = (): string => printModule(functions).text;
  const triple = target.host?.triple ?? target.triple;
  const library = {
    source: () => generateC(lowered, { deviceType: DEVICE_TYPE[target.kind] }),
    triple,
  };
  const { binary, record } = code;
  const calls = (): CallPlace[] => callPlaces(functions, target, code);
  return Module.of({ code: binary, record, tir, calls, imports: [], library }, host);
}

/** Which piece of the functions' text each external call in the code comes from. */
function callPlaces(functions: IRModule, { lowerings }: Target, code: WasmCode): CallPlace[] {
  const places = printModule(functions).ranges.filter(({ node }) => {
    if (!isStmt(node)) return false;
    if (isExternalCall(node)) return true;
    return node.kind === "Evaluate" && node.value.kind === "Call" && lowerings.has(node.value.op);
  });
  // What is left out of the code, such as an empty loop, would make the numbers mean something else.
  if (places.length !== code.externalCalls) return [];
  return code.calls.map(({ offset, call }) => {
    const { start, end } = places[call]!;
    return { offset, start, end };
  });
}

/** The function with the target's own operators expressed by what every target has. */
export function lowerOperators(func: PrimFunc, { lowerings }: Target): PrimFunc {
  if (lowerings.size === 0) return func;
  const body = mutate(func.body, {
    Call(call, recur) {
      const inner = recur.children(call);
      const lowering = lowerings.get(call.op);
      // What a lowering gives may use operators of the target again.
      return lowering === undefined ? inner : recur(lowering(inner));
    },
  });
  return func.with({ body });
}
