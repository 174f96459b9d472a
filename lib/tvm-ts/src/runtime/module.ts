/** Compiled modules: functions to call, files to save, sources to read. */

import {
  decodeModule,
  encodeModule,
  type Artifact,
  type FunctionRecord,
  type ModuleRecord,
} from "../artifact";
import { UsageError } from "../support";
import { bindArguments, typeText, type Argument } from "./bind-arguments";
import {
  deviceName,
  type Device,
  type Executable,
  type ExternFunction,
  type PackedFunction,
  type Word,
} from "./device";
import { keepCompiled } from "./wasm/executable";
import type { CompilerOptions, Host } from "./host";
import { timeCalls, type TimingOptions, type TimingResult } from "./time-evaluator";

/** The texts of a module: `wat` its WebAssembly, `c` its C, `tir` what it was compiled from. */
export type SourceKind = "wat" | "c" | "tir";

/**
 * The format that a machine loads: modules as `save` writes them, or shared libraries of its
 * machine code.
 */
export type ModuleFormat = "wasm" | "library";

/** A destination that a module can be sent to: a session. */
export interface ModuleReceiver {
  moduleFormat(): Promise<ModuleFormat>;
  upload(bytes: Uint8Array, name: string): Promise<void>;
}

/** The services that modules need. */
export interface ModuleHost extends Pick<Host, "writeFile" | "compileLibrary" | "threads"> {
  /** The device for functions without array arguments. */
  defaultDevice(kind: ModuleRecord["device"]): Device;
  /** The text of a WebAssembly module. */
  wasmText(code: Uint8Array): string;
}

/** A function of a module, bound to it. */
export interface PackedFunc {
  /**
   * Calls the function.
   * @throws UsageError for arguments that do not match its parameters.
   */
  (...args: Argument[]): Word | void;
  readonly record: FunctionRecord;
}

/** The state of a module, separate from its methods. */
interface State {
  readonly artifact: Artifact;
  readonly host: ModuleHost;
  readonly extern: Map<string, ExternFunction>;
  readonly packed: Map<string, PackedFunction>;
  readonly imports: Module[];
  readonly functions: Map<string, PackedFunc>;
  readonly executables: WeakMap<Device, Executable>;
}

// Only merging a class with a call signature gives its instances a callable type.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface Module {
  /** Calls the entry function: the first function that was built. */
  (...args: Argument[]): Word | void;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above
export class Module {
  declare private readonly state: State;

  private constructor(artifact: Artifact, host: ModuleHost) {
    const call = ((...args: Argument[]) =>
      call.getFunction(artifact.record.entry)(...args)) as Module;
    Object.setPrototypeOf(call, Module.prototype);
    const state: State = {
      artifact,
      host,
      extern: new Map(),
      packed: new Map(),
      imports: artifact.imports.map((imported) => new Module(imported, host)),
      functions: new Map(),
      executables: new WeakMap(),
    };
    return Object.defineProperty(call, "state", { value: state });
  }

  /** A module of freshly generated code. */
  static of(artifact: Artifact, host: ModuleHost): Module {
    return new Module(artifact, host);
  }

  /**
   * The module in a saved file.
   * @param name how messages call the file
   * @throws UsageError with the reason if the file is not a valid module.
   */
  static load(bytes: Uint8Array, name: string, host: ModuleHost): Module {
    const { artifact, module } = decodeModule(bytes, name);
    keepCompiled(artifact, module);
    return new Module(artifact, host);
  }

  /** The module's metadata: its target, its functions and their parameters. */
  get record(): ModuleRecord {
    return this.state.artifact.record;
  }

  /** The target, and each function with its parameters. */
  toString(): string {
    const { target, functions } = this.record;
    const signatures = functions.map(({ name, params }) => {
      const list = params.map((param) => `${param.name}: ${typeText(param)}`);
      return `  ${name}(${list.join(", ")})`;
    });
    return [`module for ${target}`, ...signatures].join("\n");
  }

  /** Modules that this one uses; see `import`. */
  get imports(): readonly Module[] {
    return this.state.imports;
  }

  /**
   * A function by name, of this module or of one that it uses.
   * @throws UsageError when there is none; the message lists the functions.
   */
  getFunction(name: string): PackedFunc {
    const found = this.findFunction(name);
    if (found !== undefined) return found;
    const names = this.record.functions.map((func) => func.name).join(", ");
    throw new UsageError(
      "module-function",
      `the module has no function '${name}'; it has ${names}`,
    );
  }

  /** Imports another module: this module's code can call its functions by name. */
  import(module: Module): this {
    this.state.imports.push(module);
    return this;
  }

  /**
   * Provides functions that the module's code calls by name: `extern` with plain numbers (addresses
   * for pointers), `packed` with arrays.
   */
  link(functions: {
    readonly extern?: Readonly<Record<string, ExternFunction>>;
    readonly packed?: Readonly<Record<string, PackedFunction>>;
  }): this {
    const { extern, packed } = this.state;
    for (const [name, func] of Object.entries(functions.extern ?? {})) extern.set(name, func);
    for (const [name, func] of Object.entries(functions.packed ?? {})) packed.set(name, func);
    return this;
  }

  /** The bytes that `save` writes. */
  toBytes(): Uint8Array {
    return encodeModule(this.artifactWithImports());
  }

  /** Writes the module to a file, which a process with the same library version can load. */
  save(path: string): void {
    this.state.host.writeFile(path, this.toBytes());
  }

  /** The module as text: its WebAssembly, its C, or the functions it was compiled from. */
  getSource(kind: SourceKind = "wat"): string {
    const { artifact, host } = this.state;
    switch (kind) {
      case "tir":
        return artifact.tir();
      case "wat":
        return host.wasmText(artifact.code);
      case "c":
        return this.library().source();
      default:
        throw new UsageError(
          "module-source",
          `the sources of a module are "wat", "c" and "tir", not "${String(kind)}"`,
        );
    }
  }

  /**
   * Compiles the module's C source to a shared library, which TVM's own C runtime loads.
   * @throws UsageError when there is no compiler for the target, or with the compiler's errors.
   */
  exportLibrary(path: string, options: CompilerOptions = {}): void {
    this.state.host.writeFile(path, this.libraryBytes(options));
  }

  /**
   * Sends the module to a session, in the form that its machine loads: to a server of this library
   * what `save` writes, to a board the C source compiled for the module's target.
   *
   *     await f.saveFor(remote, "vadd.so");
   *     const g = await remote.loadModule("vadd.so");
   *
   * @param name of the file in the session; boards load files named `.so`
   * @throws UsageError when there is no compiler for the target; the message says how to get it
   */
  async saveFor(
    session: ModuleReceiver,
    name: string,
    options: CompilerOptions = {},
  ): Promise<void> {
    if ((await session.moduleFormat()) === "wasm") return session.upload(this.toBytes(), name);
    if (!name.endsWith(".so")) {
      throw new UsageError(
        "module-source",
        `${String(session)} loads libraries of machine code, whose file names end in '.so', not '${name}'`,
      );
    }
    await session.upload(this.libraryBytes(options), name);
  }

  private libraryBytes(options: CompilerOptions): Uint8Array {
    const { source, triple } = this.library();
    return this.state.host.compileLibrary(source(), triple, options);
  }

  private library(): NonNullable<Artifact["library"]> {
    const { library } = this.state.artifact;
    if (library !== undefined) return library;
    throw new UsageError(
      "module-source",
      "a module loaded from a file has no C source; call this on the module that tvm.build returned",
    );
  }

  /**
   * Returns a function that times calls of `name`:
   *
   *     mod.timeEvaluator("main", tvm.cpu(0), { number: 20 })(a, b, c).mean
   */
  timeEvaluator(
    name: string,
    device: Device,
    options: TimingOptions = {},
  ): (...args: Argument[]) => TimingResult {
    const func = this.getFunction(name);
    return (...args) => {
      const bound = bindArguments(func.record, args);
      if (bound.device !== undefined && bound.device !== device) {
        throw new UsageError(
          "call-device",
          `the arrays are on ${deviceName(bound.device)}, but ${name} is timed on ` +
            deviceName(device),
        );
      }
      return timeCalls(() => void func(...args), options);
    };
  }

  private findFunction(name: string): PackedFunc | undefined {
    const { functions, imports, artifact } = this.state;
    const cached = functions.get(name);
    if (cached !== undefined) return cached;
    const record = artifact.record.functions.find((func) => func.name === name);
    if (record === undefined) {
      for (const module of imports) {
        const found = module.findFunction(name);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    const call = (...args: Argument[]): Word | void => {
      const { device, words } = bindArguments(record, args);
      const place = device ?? this.state.host.defaultDevice(this.record.device);
      return this.executable(place).call(record, words);
    };
    const func = Object.assign(call, { record });
    functions.set(name, func);
    return func;
  }

  /** The module loaded on a device. */
  private executable(device: Device): Executable {
    const { executables, artifact, extern, packed, imports, host } = this.state;
    let executable = executables.get(device);
    if (executable === undefined) {
      const modules = imports.map((module) => module.executable(device));
      const threads = (): ReturnType<ModuleHost["threads"]> => host.threads();
      executable = device.load(artifact, { extern, packed, modules, threads });
      executables.set(device, executable);
    }
    return executable;
  }

  private artifactWithImports(): Artifact {
    const { artifact, imports } = this.state;
    return { ...artifact, imports: imports.map((module) => module.artifactWithImports()) };
  }
}
