/**
 * The parts that the functions of one WebAssembly module share: imports, helpers, records, names.
 */

import type { DataType } from "../../ir";
import {
  EXTERNAL_CALL,
  IMPORTS,
  NO_CALL,
  type PackedRecord,
  type ParallelRecord,
  type RecordingRecord,
} from "../../artifact";
import type { Binaryen, Ref, WasmModule, WasmType } from "./binaryen";
import { representationOf } from "./representation";

/** Memory of a device, as `createMemory` of the runtime makes it: 32-bit, shared, up to 4 GiB. */
const MEMORY_PAGES = { initial: 1, maximum: 65536 };

export class ModuleContext {
  readonly m: WasmModule;
  readonly recordings: RecordingRecord[] = [];
  readonly parallels: ParallelRecord[] = [];
  readonly packed: PackedRecord[] = [];
  readonly assertions: string[] = [];
  private externalCalls = 0;
  private readonly imports = new Map<string, string>();
  private readonly helpers = new Set<string>();

  constructor(readonly b: Binaryen) {
    this.m = new b.Module();
    const { Features } = b;
    this.m.setFeatures(
      Features.MVP |
        Features.Atomics |
        Features.BulkMemory |
        Features.SignExt |
        Features.NontrappingFPToInt |
        Features.SIMD128 |
        Features.MutableGlobals,
    );
    this.m.setMemory(MEMORY_PAGES.initial, MEMORY_PAGES.maximum, null, [], true, false, "memory");
    this.m.addMemoryImport("memory", IMPORTS.env, "memory", true);
  }

  /** The type of scalars of `dtype`. */
  typeOf(dtype: DataType): WasmType {
    return this.b[representationOf(dtype).wasm];
  }

  /** The internal name of an imported function; one import for each name and signature. */
  importFunction(
    module: string,
    name: string,
    params: readonly WasmType[],
    result: WasmType,
  ): string {
    const key = `${module}.${name}(${params.join()})${result}`;
    let internal = this.imports.get(key);
    if (internal === undefined) {
      internal = `import.${module}.${name}`;
      // A function may be called with several signatures; each is a separate import.
      const taken = [...this.imports.values()];
      for (let i = 1; taken.includes(internal); i++) internal = `import.${module}.${name}#${i}`;
      const paramType = this.b.createType([...params]);
      this.m.addFunctionImport(internal, module, name, paramType, result);
      this.imports.set(key, internal);
    }
    return internal;
  }

  /** The number of the next external call in the text. */
  nextExternalCall(): number {
    const { m, b } = this;
    if (this.externalCalls === 0) {
      m.addGlobal(EXTERNAL_CALL, b.i32, true, m.i32.const(NO_CALL));
      m.addGlobalExport(EXTERNAL_CALL, EXTERNAL_CALL);
    }
    return this.externalCalls++;
  }

  /**
   * The statement of an external call that sets the exported global to the call's number while it runs.
   * @param number from `nextExternalCall()`
   */
  externalCall(number: number, statement: Ref): Ref {
    const { m } = this;
    const set = (value: number): Ref => m.global.set(EXTERNAL_CALL, m.i32.const(value));
    return m.block(null, [set(number), statement, set(NO_CALL)]);
  }

  get externalCallCount(): number {
    return this.externalCalls;
  }

  /** The number of an assertion's message. */
  assertion(message: string): number {
    const found = this.assertions.indexOf(message);
    return found >= 0 ? found : this.assertions.push(message) - 1;
  }

  /** The name of a helper function, which is generated on first use. */
  helper(
    name: string,
    params: readonly WasmType[],
    result: WasmType,
    locals: readonly WasmType[],
    body: () => Ref,
  ): string {
    const internal = `helper.${name}`;
    if (!this.helpers.has(name)) {
      this.helpers.add(name);
      this.m.addFunction(internal, this.b.createType([...params]), result, [...locals], body());
    }
    return internal;
  }
}
