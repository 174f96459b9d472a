/**
 * tslab's converter, loaded with the stock TypeScript and some replaced members.
 *
 * The converter turns a cell into an ES module that refers to earlier cells' names through `exports`, and
 * passes their types on as declarations. But its compiler options, program and diagnostics are private, it
 * emits no source maps, and it watches folders. It accesses TypeScript through one object, so it is enough to
 * replace some members of that object; nothing of tslab is copied or changed on disk.
 */

import type * as ts from "typescript";
import { join } from "node:path";
import type * as converters from "tslab/dist/converter";
import { loadConverter, stampOf } from "../hosts/node/language";
import type { HookedProgram } from "./compiler";
import { Conditions } from "./conditions";
import { forkMembers } from "./fork-members";
import { operatorCalls } from "./operator-calls";
import type { TagCache } from "./operator-methods";
import { Operators } from "./operators";
import { refusals } from "./refusals";

/** The options and callbacks of the converter. */
export interface TslabHooks {
  /** Changes the compiler options and adds root files, before the first program is made. */
  configure(options: ts.CompilerOptions, rootFiles: string[]): void;
  /** Whether a file may change while the kernel runs. */
  mayChange(path: string): boolean;
  /** The cell, compiled to an ES module with an inline source map. */
  emittedCell(code: string): void;
  /** A file that the cell imports, likewise. */
  emittedModule(path: string, code: string): void;
  diagnosed(diagnostics: readonly ts.Diagnostic[], program: ts.Program): void;
}

export interface Tslab {
  readonly converter: converters.Converter;
  /** The cell's file name in the program. */
  readonly cellFile: string;
  /** The converter's text before a cell. */
  readonly prefix: string;
  /** Makes the next call reread files that changed on disk, and newly installed packages. */
  refresh(): void;
}

type Host = ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>;

/** TypeScript's codes for problems that are not errors in a notebook. */
const ignoredCodes = new Set([
  6059, // a file is above the notebook's folder; it is compiled all the same
  7016, // a package has no types; what it exports is `any`
]);

/** Starts a converter for cells of a notebook in `folder`, which must be the working directory. */
export function startTslab(compiler: typeof ts, folder: string, hooks: TslabHooks): Tslab {
  const cellFile = join(folder, "__tslab__.ts");
  const files = new WatchedFiles(hooks);
  const resolver = new Resolver(compiler, folder, hooks);
  const tags: TagCache = new WeakMap();
  const conditions = new WeakMap<ts.Program, Conditions>();
  const createWatchCompilerHost = (
    rootFiles: string[],
    options: ts.CompilerOptions,
    system: ts.System,
    _create: null,
    ...reporters: [ts.DiagnosticReporter, ts.WatchStatusReporter]
  ): Host => {
    hooks.configure(options, rootFiles);
    // The plain builder: a builder that tracks changes checks all files whenever a cell changes.
    const create = compiler.createAbstractBuilder;
    return resolver.install(
      compiler.createWatchCompilerHost(rootFiles, options, system, create, ...reporters),
    );
  };

  const createWatchProgram = (host: Host): unknown => {
    const created = host.afterProgramCreate?.bind(host);
    host.afterProgramCreate = (builder) => {
      const program: HookedProgram = builder.getProgram();
      const operators = new Operators(compiler, program, cellFile, tags);
      program.checkerHook = operators;
      const ofProgram = new Conditions(compiler, program, operators);
      conditions.set(program, ofProgram);
      const calls = operatorCalls(
        compiler,
        (node) => operators.callOf(node),
        (node) => ofProgram.isTestedLater(node),
      );
      created?.(completeBuilder(compiler, builder, cellFile, calls, hooks));
    };
    return compiler.createWatchProgram(host);
  };

  const fork = forkMembers(compiler);
  const getPreEmitDiagnosticsOfFiles = (
    program: ts.Program,
    files: readonly ts.SourceFile[],
  ): readonly ts.Diagnostic[] => {
    const said = fork
      .getPreEmitDiagnosticsOfFiles(program, files)
      .filter(({ code }) => !ignoredCodes.has(code));
    const ours = files.flatMap((file) => [
      ...refusals(compiler, file),
      ...conditions.get(program)!.check(file),
    ]);
    const diagnostics = [...said, ...ours];
    hooks.diagnosed(diagnostics, program);
    return diagnostics;
  };

  // The converter's second step, which would make it a CommonJS module; that is done by emit.ts.
  const transpileModule = (code: string | undefined): ts.TranspileOutput => {
    hooks.emittedCell(code ?? "");
    return { outputText: "" };
  };

  const facade = {
    ...compiler,
    ...fork,
    sys: files.install(compiler.sys),
    createWatchCompilerHost,
    createWatchProgram,
    getPreEmitDiagnosticsOfFiles,
    transpileModule,
  };
  return {
    converter: loadConverter(facade).createConverter(),
    cellFile,
    prefix: `export {};${compiler.sys.newLine}`,
    refresh() {
      resolver.refresh();
      files.refresh();
    },
  };
}

/** Adds the members to a plain builder that the converter expects. */
function completeBuilder(
  compiler: typeof ts,
  builder: ts.BuilderProgram,
  cellFile: string,
  calls: ts.TransformerFactory<ts.SourceFile>,
  hooks: TslabHooks,
): ts.BuilderProgram {
  const program = builder.getProgram();
  const { bindSourceFile } = compiler as typeof ts & {
    bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
  };
  // The converter lists a cell's names before it checks the cell.
  const cell = program.getSourceFile(cellFile);
  if (cell !== undefined) {
    bindSourceFile(cell, program.getCompilerOptions());
    listPlainNames(compiler, cell);
  }
  return {
    ...builder,
    getAllDependencies: (file) => sourcesImportedBy(program, file),
    emit: (file, write, cancellation, declarationsOnly, transformers) => {
      if (file !== undefined && file.fileName !== cellFile) {
        return program.emit(file, (name, text) => {
          if (/\.[cm]?js$/.test(name)) hooks.emittedModule(file.fileName, text);
        });
      }
      const all = { ...transformers, before: [calls] };
      return program.emit(file, write, cancellation, declarationsOnly, all);
    },
  };
}

/**
 * Unescapes the names of a file. TypeScript's tables add a third underscore to names that begin with two,
 * which the converter treats as part of the name.
 */
function listPlainNames(compiler: typeof ts, file: ts.SourceFile): void {
  const { locals } = file as ts.SourceFile & { locals?: ts.SymbolTable };
  if (locals === undefined) return;
  locals.forEach = (visit) => {
    for (const [name, symbol] of locals.entries()) {
      visit(symbol, compiler.unescapeLeadingUnderscores(name) as ts.__String, locals);
    }
  };
}

/** A file and the files, other than declarations, that it imports, directly or not. */
function sourcesImportedBy(program: ts.Program, file: ts.SourceFile): string[] {
  const found = new Set<string>();
  const { forEachResolvedModule } = program as ts.Program & {
    forEachResolvedModule(
      visit: (found: ts.ResolvedModuleWithFailedLookupLocations) => void,
      file: ts.SourceFile,
    ): void;
  };
  const visit = (source: ts.SourceFile | undefined): void => {
    if (source === undefined || source.isDeclarationFile || found.has(source.fileName)) return;
    found.add(source.fileName);
    forEachResolvedModule(({ resolvedModule }) => {
      if (resolvedModule !== undefined)
        visit(program.getSourceFile(resolvedModule.resolvedFileName));
    }, source);
  };
  visit(file);
  return [...found];
}

/**
 * The files that can change. They are checked before each cell is compiled, so that saved changes are always
 * seen without watching folders.
 */
class WatchedFiles {
  private readonly files = new Map<
    string,
    { stamp: string | undefined; changed: ts.FileWatcherCallback }
  >();

  constructor(private readonly hooks: TslabHooks) {}

  install(system: ts.System): ts.System {
    const watched = Object.create(system) as ts.System;
    watched.watchFile = (path, changed) => {
      if (this.hooks.mayChange(path)) this.files.set(path, { stamp: stampOf(path), changed });
      return { close: () => this.files.delete(path) };
    };
    watched.watchDirectory = () => ({ close: () => undefined });
    // Identifies versions of a file, by TypeScript's own function, which is cheaper.
    Reflect.set(watched, "createHash", undefined);
    return watched;
  }

  refresh(): void {
    for (const [path, file] of [...this.files]) {
      const stamp = stampOf(path);
      if (stamp === file.stamp) continue;
      file.stamp = stamp;
      file.changed(path, stamp === undefined ? FILE_DELETED : FILE_CHANGED);
    }
  }
}

const FILE_CHANGED = 1 satisfies ts.FileWatcherEventKind.Changed;
const FILE_DELETED = 2 satisfies ts.FileWatcherEventKind.Deleted;

/** Resolves imported modules; files that can change are resolved again if a module was missing. */
class Resolver {
  private readonly settled: ts.ModuleResolutionCache;
  private fresh: ts.ModuleResolutionCache;
  private readonly incomplete = new Set<string>();

  constructor(
    private readonly compiler: typeof ts,
    private readonly folder: string,
    private readonly hooks: TslabHooks,
  ) {
    this.settled = this.newCache();
    this.fresh = this.newCache();
  }

  install(host: Host): Host {
    host.resolveModuleNameLiterals = (literals, file, redirected, options) => {
      const cache = this.hooks.mayChange(file) ? this.fresh : this.settled;
      const found = literals.map(({ text }) =>
        this.compiler.resolveModuleName(text, file, options, host, cache, redirected),
      );
      // A new program is made if any file's imports must be resolved again.
      const missing = found.some(({ resolvedModule }) => resolvedModule === undefined);
      if (missing && this.hooks.mayChange(file)) this.incomplete.add(file);
      else this.incomplete.delete(file);
      return found;
    };
    // TypeScript's cache of missing replacements for its own library files.
    host.getModuleResolutionCache = () => this.settled;
    host.hasInvalidatedResolutions = (path) => this.incomplete.has(path);
    return host;
  }

  refresh(): void {
    this.fresh = this.newCache();
  }

  private newCache(): ts.ModuleResolutionCache {
    return this.compiler.createModuleResolutionCache(this.folder, (path) => path);
  }
}
