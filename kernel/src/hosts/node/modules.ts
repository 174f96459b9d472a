/**
 * The modules that a cell can import: the bundled libraries, the notebook's own packages (CommonJS and ESM),
 * and TypeScript files of the notebook's folder, which the kernel compiles.
 */

import Module, { createRequire, isBuiltin } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as vm from "node:vm";
import { mayGenerateCode } from "../../evaluator/code-generator";
import { findCompiled } from "../../evaluator/compiled-files";
import { hideFile } from "../../evaluator/stack";
import type { CompiledCell, CompiledSource } from "../../language";
import { isLibrary } from "../../library-names";
import { libraries } from "./libraries";

/** `require` in cells. */
export type CellRequire = NodeJS.Require & { import(specifier: string): Promise<unknown> };

/** The parts of Node's module loader that are used here. */
interface Loader {
  _resolveFilename(
    request: string,
    parent: { filename: string } | undefined,
    ...rest: unknown[]
  ): string;
  _extensions: Record<string, (module: LoadedModule, path: string) => void>;
}

interface LoadedModule {
  _compile(code: string, path: string): void;
}

export class Modules {
  readonly require: CellRequire;
  /** The path of cells for imports; the file does not exist. */
  readonly filename: string;
  private readonly compiled = new Map<string, CompiledSource>();
  /** ES modules that `require` cannot load, by specifier. */
  private readonly imported = new Map<string, () => object>();
  private readonly plainRequire: NodeJS.Require;
  private readonly importHere: (specifier: string) => Promise<object>;
  private librariesReady: Promise<unknown> | undefined;
  private filesGenerateCode = false;

  /** @param folder where the notebook is */
  constructor(
    readonly folder: string,
    _stopIfInterrupted: () => void,
  ) {
    this.filename = join(folder, "cell");
    this.plainRequire = createRequire(this.filename);
    this.importHere = importerFor(this.filename, this.plainRequire);
    const load = (specifier: string): unknown => {
      const imported = this.imported.get(specifier);
      return imported === undefined ? (this.plainRequire(specifier) as unknown) : imported();
    };
    this.require = Object.assign(load, this.plainRequire, {
      import: (specifier: string) => this.import(specifier),
    });
    this.hookLoader(Module as unknown as Loader);
  }

  /** Adds compiled files; files that were loaded before are reloaded at the next import. */
  add(modules: readonly CompiledSource[]): void {
    for (const module of modules) this.compiled.set(module.name, module);
    this.filesGenerateCode ||= modules.some(({ code }) => mayGenerateCode(code));
    if (modules.length === 0) return;
    for (const path of this.compiled.keys()) Reflect.deleteProperty(this.plainRequire.cache, path);
  }

  /** Drops files whose loading the user interrupted, because they are incomplete. */
  dropUnfinished(): void {
    const { cache } = this.plainRequire;
    for (const [path, module] of Object.entries(cache)) {
      if (module?.loaded === false) Reflect.deleteProperty(cache, path);
    }
  }

  /** Preloads the bundled libraries. */
  loadLibraries(): Promise<unknown> {
    return (this.librariesReady ??= Promise.resolve().then(loadLibraries));
  }

  /** Loads the asynchronous parts of the libraries that a cell needs, before it runs. */
  async load({ code, imports }: CompiledCell): Promise<void> {
    // Also for other cells: a cell that computes during the load could not be interrupted.
    await this.loadLibraries();
    if (this.filesGenerateCode || mayGenerateCode(code) || imports.some(isPackage)) {
      await loadCodeGenerator();
    }
  }

  /** Loads the imports of a cell that `require` cannot load synchronously. */
  async prepare({ imports }: CompiledCell): Promise<void> {
    for (const specifier of imports) {
      if (!isLibrary(specifier) && !specifier.startsWith(".")) await this.importIfNeeded(specifier);
    }
  }

  /** Loads an ES module that `require` cannot load; other failures recur in the cell's code. */
  private async importIfNeeded(specifier: string): Promise<void> {
    try {
      this.plainRequire(specifier);
      return;
    } catch (error) {
      if (!needsImport(error)) return;
    }
    try {
      const namespace = withInterop(await this.importHere(specifier));
      this.imported.set(specifier, () => namespace);
    } catch (cause) {
      this.imported.set(specifier, () => {
        throw new Error(`"${specifier}" cannot be imported`, { cause });
      });
    }
  }

  private async import(specifier: string): Promise<unknown> {
    if (!isLibrary(specifier) && this.find(specifier, this.folder) === undefined) {
      return this.importHere(specifier);
    }
    return this.plainRequire(specifier) as unknown;
  }

  /** Resolves `request` in `folder` to a compiled file. */
  private find(request: string, folder: string): string | undefined {
    return findCompiled(request, folder, (path) => this.compiled.has(path));
  }

  private hookLoader(loader: Loader): void {
    const resolveFilename = loader._resolveFilename.bind(loader);
    loader._resolveFilename = (request, parent, ...rest) => {
      if (isLibrary(request)) return resolveFilename(request, module);
      const folder = dirname(parent?.filename ?? this.filename);
      return this.find(request, folder) ?? resolveFilename(request, parent, ...rest);
    };
    for (const extension of [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx"]) {
      const load = loader._extensions[extension] ?? loader._extensions[".js"]!;
      loader._extensions[extension] = (module, path) => {
        const compiled = this.compiled.get(path);
        if (compiled === undefined) load(module, path);
        else module._compile(compiled.code, path);
      };
    }
  }
}

interface LoadedLibrary {
  readonly ready?: () => Promise<unknown>;
}

function loadLibraries(): readonly LoadedLibrary[] {
  const load = createRequire(__filename);
  return libraries.flatMap(({ name }) => {
    try {
      return [load(name) as LoadedLibrary];
    } catch {
      // A cell that imports the library gets this error.
      return [];
    }
  });
}

/** Loads the asynchronous parts of the libraries, so that cells can be synchronous. */
async function loadCodeGenerator(): Promise<void> {
  for (const library of loadLibraries()) await library.ready?.();
}

/** Whether an import is a package of the user, which can use the libraries too. */
function isPackage(specifier: string): boolean {
  return !isLibrary(specifier) && !specifier.startsWith(".") && !isBuiltin(specifier);
}

/** Whether `require` failed for a module that `import()` can load. */
function needsImport(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (
    code === "ERR_REQUIRE_ESM" ||
    code === "ERR_REQUIRE_ASYNC_MODULE" ||
    code === "ERR_PACKAGE_PATH_NOT_EXPORTED"
  );
}

/** A namespace that compiled code recognizes as a module with `default`, if it has one. */
function withInterop(namespace: object): object {
  if (!("default" in namespace)) return namespace;
  return Object.defineProperty({ ...namespace }, "__esModule", { value: true });
}

/** `import()` relative to `filename`. */
function importerFor(
  filename: string,
  require: NodeJS.Require,
): (specifier: string) => Promise<object> {
  const constants = vm.constants as { USE_MAIN_CONTEXT_DEFAULT_LOADER?: number } | undefined;
  const loader = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (loader === undefined) {
    // Node 20.0 to 20.11: resolves by CommonJS.
    return async (specifier) => {
      const path = require.resolve(specifier);
      return (await import(isAbsolute(path) ? pathToFileURL(path).href : path)) as object;
    };
  }
  hideFile(filename);
  const script = new vm.Script("(specifier) => import(specifier)", {
    filename,
    importModuleDynamically: loader as unknown as NonNullable<
      vm.ScriptOptions["importModuleDynamically"]
    >,
  });
  return script.runInThisContext() as (specifier: string) => Promise<object>;
}
