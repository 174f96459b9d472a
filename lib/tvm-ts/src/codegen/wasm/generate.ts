/** A module of lowered functions as one WebAssembly module. */

import { type IRModule, type PrimFunc, type Var } from "../../ir";
import { FORMAT_VERSION, type FunctionRecord, type ModuleRecord } from "../../artifact";
import { InternalError, UsageError } from "../../support";
import { signatureOf } from "../signature";
import { loadedBinaryen } from "./binaryen";
import { FunctionContext } from "./function-context";
import { ModuleContext } from "./module-context";
import { StatementEmitter } from "./statement";

/** Module metadata that cannot be derived from the functions. */
export type WasmOptions = Pick<ModuleRecord, "target" | "device" | "entry" | "configuration">;

export interface WasmCode {
  readonly binary: Uint8Array;
  readonly record: ModuleRecord;
  /** The number of external calls in the code. */
  readonly externalCalls: number;
}

/**
 * Compiles lowered functions.
 * @throws UsageError for programs that WebAssembly cannot express, and before `ready()` has
 * resolved.
 */
export function generateWasm(functions: IRModule, options: WasmOptions): WasmCode {
  const binaryen = loadedBinaryen();
  const module = new ModuleContext(binaryen);
  try {
    const records = [...functions.functions].map(([name, func]) => addFunction(module, name, func));
    const { m } = module;
    if (m.validate() === 0) throw new InternalError("the generated WebAssembly is not valid");
    optimize(module);
    const record: ModuleRecord = {
      formatVersion: FORMAT_VERSION,
      ...options,
      functions: records,
      recordings: module.recordings,
      parallels: module.parallels,
      packed: module.packed,
      assertions: module.assertions,
    };
    return { binary: m.emitBinary(), record, externalCalls: module.externalCallCount };
  } finally {
    module.m.dispose();
  }
}

/** The text form of a WebAssembly module. */
export function wasmText(binary: Uint8Array): string {
  const binaryen = loadedBinaryen();
  const module = binaryen.readBinary(binary);
  try {
    return module.emitText();
  } finally {
    module.dispose();
  }
}

function addFunction(module: ModuleContext, name: string, func: PrimFunc): FunctionRecord {
  const { m, b } = module;
  const signature = signatureOf(func);
  const variables: Var[] = [
    ...func.params.map((param) => func.bufferMap.get(param)?.data ?? param),
    ...signature.symbols.map(({ variable }) => variable),
  ];
  const types = variables.map((variable) => module.typeOf(variable.dtype));
  const fn = new FunctionContext(module, [b.i32, ...types]);
  variables.forEach((variable, i) => {
    fn.bind(variable, { kind: "local", locals: [i + 1], scope: fn.root });
  });
  const body = new StatementEmitter(fn).body(func.body);
  const result = fn.result === undefined ? b.none : module.typeOf(fn.result);
  // `ret` returns the value: the end is not reached.
  const whole = fn.result === undefined ? body : m.block(null, [body, m.unreachable()], result);
  checkName(name);
  fn.addTo(name, result, whole);
  return {
    name,
    params: signature.params,
    symbols: signature.symbols.map(({ record }) => record),
    frame: fn.frameBytes,
    ...(fn.result === undefined ? {} : { result: fn.result }),
  };
}

/** Names of outlined functions contain a dot; other functions' must not. */
function checkName(name: string): void {
  if (/^[^.#]+$/.test(name)) return;
  throw new UsageError(
    "build-function-name",
    `'${name}' cannot be the name of a compiled function: it contains a '.' or '#'`,
  );
}

function optimize(module: ModuleContext): void {
  const { b, m } = module;
  b.setOptimizeLevel(2);
  b.setShrinkLevel(0);
  b.setDebugInfo(true); // names in the file, for readers of the text
  m.runPasses(PASSES);
}

/** Cheap passes that improve our code; the engine does the rest. */
const PASSES = ["vacuum", "simplify-locals", "optimize-instructions", "precompute", "vacuum"];
