/** What a cell in a page can import: the bundled libraries, and addresses by `import()`. */

import { basename, dirname, resolve } from "node:path";
import { mayGenerateCode } from "../../evaluator/code-generator";
import { findCompiled } from "../../evaluator/compiled-files";
import type { CompiledCell, CompiledSource } from "../../language";
import { isLibrary, libraryNames } from "../../library-names";
import { readDriveText } from "./drive";
import { evaluateScript } from "./script";

/** `require` as cells get it. */
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

  /** @param stopIfInterrupted what loops ask */
  constructor(
    readonly folder: string,
    private readonly stopIfInterrupted: () => void,
  ) {
    this.filename = `${folder}/cell`;
    this.require = Object.assign((specifier: string) => this.required(specifier), {
      import: (specifier: string) => this.import(specifier),
    });
  }

  /** Takes compiled files; those that were loaded already are loaded anew when next asked for. */
  add(modules: readonly CompiledSource[]): void {
    for (const module of modules) this.compiled.set(module.name, module);
    this.filesGenerateCode ||= modules.some(({ code }) => mayGenerateCode(code));
    this.instances.clear();
  }

  /** Forgets the files that were being loaded when the user interrupted: they are half there. */
  forgetUnfinished(): void {
    this.instances.clear();
  }

  /** Loads the bundled libraries ahead of the first cell that wants them. */
  loadLibraries(): Promise<void> {
    return (this.librariesReady ??= this.loadAll());
  }

  /** Loads what a cell needs of the libraries before its code can run synchronously. */
  async load({ code }: CompiledCell): Promise<void> {
    await this.loadLibraries();
    if (!this.filesGenerateCode && !mayGenerateCode(code)) return;
    for (const library of this.loaded.values()) await library.ready?.();
  }

  /** A page has no packages that would have to be loaded first. */
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
    // "vta-ts/grade" has the namespace `grade` of vta-ts, as that file has in Node.
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

/** A file of data beside the notebook. */
function readData(path: string): unknown {
  const text = path.endsWith(".json") ? readDriveText(path) : undefined;
  if (text === undefined) throw new Error(`${path} cannot be imported: there is no such file`);
  return JSON.parse(text);
}

function missing(specifier: string): string {
  if (isLibrary(specifier)) return "a page has the library as a whole and not its files";
  return (
    "a page has no npm packages and no modules of Node; tvm-ts and vta-ts are here, " +
    'and import("https://...") loads a module from its address'
  );
}
