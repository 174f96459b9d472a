/** The modules that a cell in a page can import: the bundled libraries, and URLs by `import()`. */

import { basename, dirname, resolve } from "node:path";
import { mayGenerateCode } from "../../evaluator/code-generator";
import { findCompiled } from "../../evaluator/compiled-files";
import type { CompiledCell, CompiledSource } from "../../language";
import { isLibrary, libraryNames } from "../../library-names";
import { readDriveText } from "./drive";
import { evaluateScript } from "./script";

/** `require` in cells. */
export type CellRequire = ((specifier: string) => unknown) & {
  import(specifier: string): Promise<unknown>;
};

interface LoadedLibrary {
  readonly ready?: () => Promise<unknown>;
  readonly setInterruptionCheck?: (throwIfInterrupted: () => void) => void;
}

export class Modules {
  readonly require: CellRequire;
  readonly filename: string;
  private readonly loaded = new Map<string, LoadedLibrary>();
  private readonly compiled = new Map<string, CompiledSource>();
  private readonly instances = new Map<string, { exports: object }>();
  private librariesReady: Promise<void> | undefined;
  private filesGenerateCode = false;

  /** @param stopIfInterrupted called in each iteration of loops */
  constructor(
    readonly folder: string,
    private readonly stopIfInterrupted: () => void,
  ) {
    this.filename = `${folder}/cell`;
    this.require = Object.assign((specifier: string) => this.required(specifier), {
      import: (specifier: string) => this.import(specifier),
    });
  }

  /** Adds compiled files; files that were loaded before are reloaded at the next import. */
  add(modules: readonly CompiledSource[]): void {
    for (const module of modules) this.compiled.set(module.name, module);
    this.filesGenerateCode ||= modules.some(({ code }) => mayGenerateCode(code));
    this.instances.clear();
  }

  /** Drops files whose loading the user interrupted, because they are incomplete. */
  dropUnfinished(): void {
    this.instances.clear();
  }

  /** Preloads the bundled libraries. */
  loadLibraries(): Promise<void> {
    return (this.librariesReady ??= this.loadAll());
  }

  /** Loads the asynchronous parts of the libraries that a cell needs, before it runs. */
  async load({ code }: CompiledCell): Promise<void> {
    await this.loadLibraries();
    if (!this.filesGenerateCode && !mayGenerateCode(code)) return;
    for (const library of this.loaded.values()) await library.ready?.();
  }

  /** A page has no packages to load first. */
  async prepare(_cell: CompiledCell): Promise<void> {}

  private async loadAll(): Promise<void> {
    for (const name of libraryNames) {
      const address = new URL(`${name}/index.js`, self.location.href).href;
      const library = (await import(address)) as LoadedLibrary;
      library.setInterruptionCheck?.(this.stopIfInterrupted);
      this.loaded.set(name, library);
    }
  }

  private required(specifier: string, folder = this.folder): unknown {
    const library = this.loaded.get(specifier);
    if (library !== undefined) return library;
    // "vta-ts/grade" exports the namespace `grade` of vta-ts, like that file in Node.
    const entry = basename(specifier);
    const namespace = (
      this.loaded.get(dirname(specifier)) as Record<string, unknown> | undefined
    )?.[entry];
    if (namespace !== undefined) return { [entry]: namespace };
    const path = findCompiled(specifier, folder, (each) => this.compiled.has(each));
    if (path !== undefined) return this.instance(path);
    if (specifier.startsWith(".")) return readData(resolve(folder, specifier));
    throw new Error(`"${specifier}" cannot be imported: ${missing(specifier)}`);
  }

  /** Runs a compiled file, once. */
  private instance(path: string): unknown {
    const instance = this.instances.get(path);
    if (instance !== undefined) return instance.exports;
    const module = { exports: {} };
    this.instances.set(path, module);
    const { code, name } = this.compiled.get(path)!;
    const folder = dirname(path);
    const run = evaluateScript(
      `(function (exports, require, module, __filename, __dirname, __stop__) {${code}\n})`,
      name,
    ) as (...args: unknown[]) => void;
    const require = (specifier: string): unknown => this.required(specifier, folder);
    run(module.exports, require, module, path, folder, this.stopIfInterrupted);
    return module.exports;
  }

  private async import(specifier: string): Promise<unknown> {
    if (/^(?:https?|blob|data):/.test(specifier)) return import(specifier);
    await this.loadLibraries();
    return this.required(specifier);
  }
}

/** A data file of the notebook's folder. */
function readData(path: string): unknown {
  const text = path.endsWith(".json") ? readDriveText(path) : undefined;
  if (text === undefined) throw new Error(`${path} cannot be imported: there is no such file`);
  return JSON.parse(text);
}

function missing(specifier: string): string {
  if (isLibrary(specifier)) return "a page has only the whole library: import tvm-ts or vta-ts";
  return (
    "a page has no npm packages and no modules of Node; tvm-ts and vta-ts are here, " +
    'and import("https://...") loads a module from its address'
  );
}
