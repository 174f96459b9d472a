/** Compiles cells and answers questions about them; runs in the language worker. */

import type * as ts from "@tslab/typescript-for-tslab";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConvertResult } from "tslab/dist/converter";
import { kernelRoot, libraries } from "../libraries";
import { cellOptions } from "./compiler-options";
import { completeness } from "./completeness";
import { emitCell, emitModule } from "./emit";
import { inspect } from "./inspect";
import type {
  CompiledSource,
  Completeness,
  Completions,
  Conversion,
  Diagnostic,
  Inspection,
  LanguageService,
} from "./messages";
import { normalize } from "./normalize";
import { LineIndex, RewrittenText } from "./rewritten-text";
import { loadCompiler, startTslab, type Tslab } from "./tslab";

/** TypeScript's code for `await` where it is not allowed. */
const AWAIT_OUTSIDE = 1308;

/** The types of the globals that the evaluator and Node bring. */
const globalTypes = ["globals.d.ts", "runtime.d.ts"].map((file) => join(kernelRoot, "types", file));

export class Language implements LanguageService {
  /** What is wrong with the notebook's tsconfig.json. */
  readonly problems: readonly string[];
  private readonly compiler = loadCompiler();
  private readonly options: ts.CompilerOptions;
  private tslab: Tslab;

  /** What the converter told during the current call. */
  private cellModule = "";
  private modules: CompiledSource[] = [];
  private diagnostics: readonly ts.Diagnostic[] = [];

  /** @param folder where the notebook is, the working directory */
  constructor(private readonly folder: string) {
    const { options, problems } = cellOptions(this.compiler, folder);
    this.options = options;
    this.problems = problems;
    this.tslab = this.start();
  }

  convert(declarations: string, cell: string, name: string): Conversion {
    return this.attempt(() => {
      const source = this.rewrite(cell);
      const result = this.tslab.converter.convert(declarations, source.text);
      if (result.diagnostics.length > 0) {
        return { ok: false, diagnostics: this.explain(cell, source, result.diagnostics) };
      }
      const compiled = emitCell(
        this.compiler,
        name,
        this.cellModule,
        source,
        cell,
        this.tslab.prefix,
      );
      return {
        ok: true,
        cell: { ...compiled, resultName: result.lastExpressionVar },
        modules: this.modules,
        declarations: result.declOutput ?? "",
      };
    });
  }

  complete(declarations: string, cell: string, offset: number): Completions {
    return this.attempt(() => {
      const { start, end, candidates, original } = this.tslab.converter.complete(
        declarations,
        cell,
        offset,
      );
      const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
      // The converter also offers names that contain what was typed; those are the second choice.
      const typed = cell.slice(start, offset).toLowerCase();
      const continued = candidates.filter((text) => text.toLowerCase().startsWith(typed));
      const chosen = continued.length > 0 ? continued : candidates;
      const items = chosen.map((text) => ({ text, kind: kinds.get(text) ?? "" }));
      return { start, end, items };
    });
  }

  inspect(declarations: string, cell: string, offset: number): Inspection | undefined {
    const inspection = this.attempt(() =>
      inspect(this.compiler, this.tslab.converter, declarations, cell, offset),
    );
    return inspection && { ...inspection, signature: nameLibraries(inspection.signature) };
  }

  completeness(cell: string): Completeness {
    return completeness(this.compiler, cell);
  }

  /** What the converter gets for a cell: the text after each rewriting. */
  private rewrite(cell: string): RewrittenText {
    return RewrittenText.of(cell).edit(normalize(this.compiler, cell));
  }

  private start(): Tslab {
    return startTslab(this.compiler, this.folder, {
      configure: (options, rootFiles) => {
        Object.assign(options, this.options);
        rootFiles.push(...globalTypes, ...libraries.map(({ types }) => types));
      },
      mayChange: (path) =>
        !path.includes("/node_modules/") &&
        !globalTypes.includes(path) &&
        !libraries.some(({ root }) => path.startsWith(root)),
      emittedCell: (code) => {
        this.cellModule = code;
      },
      emittedModule: (path, code) => {
        this.modules.push(emitModule(this.compiler, path, code));
      },
      diagnosed: (diagnostics) => {
        this.diagnostics = diagnostics;
      },
    });
  }

  /** Runs one question; a converter that broke is replaced and asked once more. */
  private attempt<Result>(question: () => Result): Result {
    try {
      return this.ask(question);
    } catch {
      this.tslab.converter.close();
      this.tslab = this.start();
      return this.ask(question);
    }
  }

  private ask<Result>(question: () => Result): Result {
    this.modules = [];
    this.diagnostics = [];
    this.tslab.refresh();
    return question();
  }

  /** What TypeScript says, except for what the converter puts up with: `await` at the top. */
  private explain(
    cell: string,
    source: RewrittenText,
    reported: ConvertResult["diagnostics"],
  ): Diagnostic[] {
    const awaits = reported.filter(({ code }) => code === AWAIT_OUTSIDE);
    const starts = new Set(awaits.map(({ start }) => start.offset + this.tslab.prefix.length));
    return this.diagnostics
      .filter(({ code, start }) => code !== AWAIT_OUTSIDE || starts.has(start!))
      .filter(({ file }) => file !== undefined)
      .map((diagnostic) => ({
        ...this.place(diagnostic, cell, source),
        related: (diagnostic.relatedInformation ?? [])
          .filter(({ file }) => file !== undefined && this.isUsers(file.fileName))
          .map((related) => this.place(related, cell, source)),
      }));
  }

  private place(
    diagnostic: ts.DiagnosticRelatedInformation,
    cell: string,
    source: RewrittenText,
  ): Omit<Diagnostic, "related"> {
    const { fileName } = diagnostic.file!;
    const inCell = fileName === this.tslab.cellFile;
    const text = inCell ? cell : readFileSync(fileName, "utf8");
    const toText = (offset: number): number =>
      inCell ? source.toOriginal(Math.max(offset - this.tslab.prefix.length, 0)) : offset;
    const start = Math.min(toText(diagnostic.start ?? 0), text.length);
    const end = Math.max(toText((diagnostic.start ?? 0) + (diagnostic.length ?? 0)), start);
    const { line, column } = new LineIndex(text).position(start);
    const lineEnd = text.indexOf("\n", start);
    const last = lineEnd < 0 ? end : Math.min(end, lineEnd);
    return {
      message: nameLibraries(
        this.compiler.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
      ),
      code: diagnostic.code,
      file: inCell ? undefined : fileName,
      line: line + 1,
      column: column + 1,
      length: Math.max(last - start, 1),
    };
  }

  private isUsers(file: string): boolean {
    return file === this.tslab.cellFile || !/\/node_modules\/|__prev__\.d\.ts$/.test(file);
  }
}

/** `import("/somewhere/tvm-ts/dist/index")` becomes `import("tvm-ts")`. */
function nameLibraries(text: string): string {
  return text.replace(/import\("([^"]+)"\)/g, (whole, path: string) => {
    const library = libraries.find(({ root }) => path.startsWith(root));
    return library === undefined ? whole : `import("${library.name}")`;
  });
}
