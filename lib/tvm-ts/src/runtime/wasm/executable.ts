/** A WebAssembly module instantiated in a device's memory. */

import {
  EXTERNAL_CALL,
  IMPORTS,
  NO_CALL,
  type FunctionRecord,
  type ModuleRecord,
  type PackedRecord,
  type Artifact,
} from "../../artifact";
import { DeviceError, InternalError, TvmError, UsageError, withCleanup } from "../../support";
import { enter, isRunning, leave, type RunningCode } from "./caller";
import {
  deviceName,
  type CallSite,
  type Device,
  type Executable,
  type ExternFunction,
  type Linked,
  type Word,
} from "../device";
import { elementType } from "../element";
import { HOST_MATH } from "./host-math";
import { NDArray } from "../ndarray";

const FRAME_ALIGNMENT = 64;

/**
 * A loop's iterations are run in this many portions: between them, the engine can switch to
 * optimized code.
 */
const PORTIONS = 16;

/** A device with a `WebAssembly.Memory`, which compiled code can use. */
export type MemoryDevice = Device & { readonly memory: WebAssembly.Memory };

/** The engine's compiled modules; several devices may load an artifact. */
const compiled = new WeakMap<Artifact, WebAssembly.Module>();

/** Caches the engine's module of an artifact that was read from a file. */
export function keepCompiled(artifact: Artifact, module: WebAssembly.Module): void {
  compiled.set(artifact, module);
}

/**
 * Loads WebAssembly into a device's memory.
 * @throws UsageError for another format, code for another device, or functions that are not
 * provided.
 */
export function loadWasm(device: MemoryDevice, artifact: Artifact, linked: Linked): Executable {
  if (artifact.format !== "wasm") {
    throw new UsageError(
      "module-imports",
      `${deviceName(device)} runs WebAssembly, not code in the format '${artifact.format}'`,
    );
  }
  let code = compiled.get(artifact);
  if (code === undefined) {
    code = new WebAssembly.Module(artifact.code as BufferSource);
    compiled.set(artifact, code);
  }
  return new WasmExecutable(code, artifact, device, linked);
}

class WasmExecutable implements Executable, RunningCode {
  readonly record: ModuleRecord;
  private readonly exports: WebAssembly.Exports;
  /** Whether the code's only functions on doubles are those of `Math`, which every thread has. */
  private readonly onlyPlainMath: boolean;
  /** The code's global with the number of its external call. */
  private readonly callNumber: WebAssembly.Global<"i32"> | undefined;
  /** Memory that the running call has allocated. */
  private allocations = new Set<number>();

  constructor(
    private readonly code: WebAssembly.Module,
    readonly artifact: Artifact,
    private readonly device: MemoryDevice,
    private readonly linked: Linked,
  ) {
    this.record = artifact.record;
    checkConfiguration(this.record, device);
    this.exports = new WebAssembly.Instance(code, this.imports()).exports;
    this.callNumber = this.exports[EXTERNAL_CALL] as WebAssembly.Global<"i32"> | undefined;
    this.onlyPlainMath = WebAssembly.Module.imports(code).every(
      ({ module, name }) => module !== IMPORTS.math || name in Math,
    );
  }

  get externalCall(): number {
    return this.callNumber?.value ?? NO_CALL;
  }

  private set externalCall(number: number) {
    if (this.callNumber !== undefined) this.callNumber.value = number;
  }

  /** Calls an exported function with the words after its frame. */
  call(func: FunctionRecord, words: readonly Word[]): Word | void {
    if (!isRunning(this.device)) this.device.startCall?.();
    const frame = this.frame(func.frame);
    const outer = this.allocations;
    const own = new Set<number>();
    this.allocations = own;
    const outerCall = this.externalCall;
    this.externalCall = NO_CALL;
    enter(this.device, this);
    const run = (): Word | void => {
      try {
        return this.export(func.name)(frame, ...words);
      } catch (error) {
        throw explained(error, func.name, this.device);
      }
    };
    return withCleanup(run, () => {
      if (frame !== 0) this.device.free(frame);
      for (const address of own) this.device.free(address);
      this.allocations = outer;
      leave(this.device);
      this.externalCall = outerCall;
    });
  }

  private export(name: string): (...words: Word[]) => Word | void {
    return this.exports[name] as (...words: Word[]) => Word | void;
  }

  private frame(bytes: number): number {
    return bytes === 0 ? 0 : this.device.alloc(bytes, FRAME_ALIGNMENT);
  }

  private imports(): WebAssembly.Imports {
    const { record } = this;
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {
      [IMPORTS.env]: { memory: this.device.memory },
      [IMPORTS.math]: HOST_MATH,
      [IMPORTS.host]: this.host(),
      [IMPORTS.extern]: {},
      [IMPORTS.recording]: Object.fromEntries(
        record.recordings.map((_, index) => [String(index), this.recording(index)]),
      ),
      [IMPORTS.packed]: Object.fromEntries(
        record.packed.map((packed, index) => [String(index), this.packed(packed)]),
      ),
    };
    const missing: string[] = [];
    for (const { module, name } of WebAssembly.Module.imports(this.code)) {
      if (module === IMPORTS.extern) {
        const found = this.externFunction(name);
        if (found === undefined) missing.push(name);
        else imports[IMPORTS.extern]![name] = found as WebAssembly.ImportValue;
      } else if (imports[module]?.[name] === undefined) {
        throw new UsageError(
          "module-imports",
          `the module imports ${module}.${name}, which does not exist`,
        );
      }
    }
    for (const { function: name } of record.recordings) {
      if (this.device.functions.recording[name] === undefined) missing.push(name);
    }
    for (const { function: name } of record.packed) {
      if (!this.linked.packed.has(name)) missing.push(name);
    }
    if (missing.length > 0) {
      const names = [...new Set(missing)].join(", ");
      throw new UsageError(
        "module-imports",
        `the module calls ${names}, which ${deviceName(this.device)} does not provide; add ` +
          `them with module.link({ extern: { name: function } })`,
      );
    }
    return imports;
  }

  private externFunction(name: string): ExternFunction | undefined {
    const given = this.linked.extern.get(name) ?? this.device.functions.extern[name];
    if (given !== undefined) return given;
    for (const other of this.linked.modules) {
      const func = other.record.functions.find((record) => record.name === name);
      if (func !== undefined) return (...words) => other.call(func, words);
    }
    return undefined;
  }

  private host(): Record<string, ExternFunction> {
    return {
      alloc: (bytes) => {
        const address = this.device.alloc(Number(bytes), FRAME_ALIGNMENT);
        this.allocations.add(address);
        return address;
      },
      free: (address) => {
        this.allocations.delete(Number(address) >>> 0);
        this.device.free(Number(address) >>> 0);
      },
      fail: (number) => {
        throw new UsageError(
          "run-assertion",
          this.record.assertions[Number(number)] ?? "an assertion failed",
        );
      },
      parallel: (number, memory, begin, end) =>
        this.parallel(Number(number), Number(memory), Number(begin), Number(end)),
    };
  }

  private parallel(number: number, memory: number, begin: number, end: number): void {
    const { body, frame: bytes, anyThread } = this.record.parallels[number]!;
    const run = this.export(body);
    const spread = end - begin > 1 && anyThread && this.onlyPlainMath;
    const threads = spread ? this.linked.threads() : undefined;
    if (threads !== undefined) {
      const work = { code: this.code, memory: this.device.memory, body, closure: memory };
      const frames = Array.from({ length: threads.size }, () => this.frame(bytes));
      try {
        threads.run(work, frames, begin, end, run);
      } finally {
        for (const frame of frames) if (frame !== 0) this.device.free(frame);
      }
      return;
    }
    const frame = this.frame(bytes);
    try {
      const step = Math.max(1, Math.ceil((end - begin) / PORTIONS));
      for (let i = begin; i < end; i += step) run(frame, memory, i, Math.min(i + step, end));
    } finally {
      if (frame !== 0) this.device.free(frame);
    }
  }

  /** The import through which code passes a part of itself to a device's function. */
  private recording(index: number): ExternFunction {
    const { function: name, body, frame: bytes } = this.record.recordings[index]!;
    const site: CallSite = { module: this, index };
    // Created once: most calls of a recording function record nothing.
    let words: readonly Word[] = [];
    const run = (): number => {
      const frame = this.frame(bytes);
      // The body makes external calls, too.
      const { externalCall } = this;
      try {
        this.export(body)(frame, ...words);
      } finally {
        if (frame !== 0) this.device.free(frame);
        this.externalCall = externalCall;
      }
      return 0;
    };
    return (...given) => {
      words = given;
      const code = this.device.functions.recording[name]!(site, run, given);
      if (code !== 0) throw new DeviceError("run-trap", `${name} failed with code ${code}`);
    };
  }

  private packed({ function: name, args }: PackedRecord): ExternFunction {
    return (...words) => {
      let at = 0;
      const next = (): Word => words[at++]!;
      const values = args.map((arg) => {
        if (arg.kind === "text") return arg.text;
        if (arg.kind === "scalar") return next();
        const type = elementType(arg.dtype);
        const [data, offset] = [Number(next()) >>> 0, Number(next())];
        const shape = Array.from({ length: arg.ndim }, () => Number(next()));
        return NDArray.at(this.device, data, offset, shape, type);
      });
      return this.linked.packed.get(name)!(...values);
    };
  }
}

/** @throws UsageError unless the module was built for this device. */
function checkConfiguration(record: ModuleRecord, device: Device): void {
  if (record.device !== device.kind) {
    throw new UsageError(
      "module-configuration",
      `the module was built for ${record.device} devices, but is used on ${deviceName(device)}`,
    );
  }
  const { configuration } = record;
  if (configuration === undefined) return;
  const actual = device.configuration ?? {};
  const differing = Object.keys(configuration).filter((key) => configuration[key] !== actual[key]);
  if (differing.length === 0) return;
  const texts = differing.map((key) => `${key} ${configuration[key]}, not ${actual[key]}`);
  throw new UsageError(
    "module-configuration",
    `the module was built for another configuration than that of ${deviceName(device)}: ` +
      `${texts.join("; ")}; build it again`,
  );
}

/** Translates the engine's errors about compiled code to errors about the program. */
function explained(error: unknown, name: string, device: Device): unknown {
  if (error instanceof TvmError || !(error instanceof WebAssembly.RuntimeError)) return error;
  const { message } = error;
  if (/divide|remainder|division/.test(message)) {
    return new UsageError("run-division-by-zero", `${name} divided an integer by zero`, {
      cause: error,
    });
  }
  if (/integer overflow|represent/.test(message)) {
    return new UsageError("run-division-by-zero", `${name} divided the smallest integer by -1`, {
      cause: error,
    });
  }
  if (/bounds/.test(message)) {
    const text = `${name} accessed an address outside the memory of ${deviceName(device)}: an index is out of bounds`;
    return new UsageError("run-trap", text, { cause: error });
  }
  return new InternalError(`${name} stopped: ${message}`, { cause: error });
}
