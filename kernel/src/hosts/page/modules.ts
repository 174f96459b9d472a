/** What a cell in a page can import: the bundled libraries, and addresses by `import()`. */

import type { CompiledCell, CompiledSource } from "../../language";
import { isLibrary, libraryNames } from "../../library-names";

/** `require` as cells get it. */
export type CellRequire = ((specifier: string) => unknown) & {
  import(specifier: string): Promise<unknown>;
};

interface LoadedLibrary {
  readonly ready?: () => Promise<unknown>;
}

/** Cells that mention these may generate code, for which the library of instructions must be there. */
const GENERATES_CODE = /build|compile|tune|explore|relay|network|graph|Executor/i;

export class Modules {
  readonly require: CellRequire;
  readonly filename: string;
  private readonly loaded = new Map<string, LoadedLibrary>();
  private librariesReady: Promise<void> | undefined;

  constructor(readonly folder: string) {
    this.filename = `${folder}/cell`;
    this.require = Object.assign((specifier: string) => this.load(specifier), {
      import: (specifier: string) => this.import(specifier),
    });
  }

  add(_modules: readonly CompiledSource[]): void {}

  forgetUnfinished(): void {}

  /** Loads the bundled libraries ahead of the first cell that wants them. */
  loadLibraries(): Promise<void> {
    return (this.librariesReady ??= this.loadAll());
  }

  /** Awaits what a cell needs before its code can run synchronously. */
  async prepare({ code }: CompiledCell): Promise<void> {
    await this.loadLibraries();
    if (!GENERATES_CODE.test(code)) return;
    for (const library of this.loaded.values()) await library.ready?.();
  }

  private async loadAll(): Promise<void> {
    for (const name of libraryNames) {
      const address = new URL(`${name}/index.js`, self.location.href).href;
      this.loaded.set(name, (await import(address)) as LoadedLibrary);
    }
  }

  private load(specifier: string): unknown {
    const library = this.loaded.get(specifier);
    if (library !== undefined) return library;
    throw new Error(`"${specifier}" cannot be imported: ${missing(specifier)}`);
  }

  private async import(specifier: string): Promise<unknown> {
    if (/^(?:https?|blob|data):/.test(specifier)) return import(specifier);
    await this.loadLibraries();
    return this.load(specifier);
  }
}

function missing(specifier: string): string {
  if (isLibrary(specifier)) return "a page has the library as a whole and not its files";
  return (
    "a page has no npm packages and no modules of Node; tvm-ts and vta-ts are here, " +
    'and import("https://...") loads a module from its address'
  );
}
