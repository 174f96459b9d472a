/** Compiles cells and answers requests about them, in the language worker. */

import type * as ts from "typescript";
import { ambient, loadCompiler, mayNeedAllTypes, needsAllTypes } from "../hosts/node/language";
import { libraries } from "../hosts/node/libraries";
import { Advisor, FIRST_TYPE_ERROR, FORGOTTEN_AWAIT, withAdvice } from "./advice";
import { cellOptions, readConfiguration } from "./compiler-options";
import { complete } from "./complete";
import { completeness } from "./completeness";
import { declaredNames } from "./declared-names";
import { diagnosticText } from "./diagnostic-text";
import { divisionComments } from "./division-comments";
import { emitCell, emitModule, reservedNames } from "./emit";
import { inspect } from "./inspect";
import { keepDeclarations } from "./kept-files";
import type {
  CompiledSource,
  Completeness,
  Completions,
  Conversion,
  Diagnostic,
  Inspection,
  LanguageService,
  Remark,
} from "./messages";
import { nameLibraries } from "./library-text";
import { normalize } from "./normalize";
import { LineIndex, RewrittenText } from "./rewritten-text";
import { startTslab, type Tslab } from "./tslab";

/** TypeScript's codes for `await` where it is not allowed and for names that modules reserve. */
const AWAIT_OUTSIDE = 1308;
const RESERVED_NAME = 2441;

/** TypeScript's codes for unknown names, modules, namespaces and members, which Node's types can declare. */
const UNKNOWN = new Set([2304, 2307, 2339, 2503, 2551, 2552, 2580, 2591, 2694, 2792]);

export class Language implements LanguageService {
  /** The errors of the notebook's tsconfig.json. */
  readonly problems: readonly string[];
  private readonly compiler = loadCompiler();
  /** The options of the notebook's tsconfig.json. */
  private readonly configured: ts.CompilerOptions | undefined;
  private options: ts.CompilerOptions;
  /** Whether cells can use Node's types; they are loaded when a cell needs them. */
  private hasAllTypes: boolean;
  private tslab: Tslab;

  /** The converter's diagnostics of the current call. */
  private cellModule = "";
  private modules: CompiledSource[] = [];
  private diagnostics: readonly ts.Diagnostic[] = [];
  private program: ts.Program | undefined;
  /** Names that are declared by a cell that was not run, with the cell. */
  private readonly lost = new Map<string, string>();

  /** @param folder the notebook's folder, which is the working directory */
  constructor(private readonly folder: string) {
    keepDeclarations(this.compiler);
    const configuration = readConfiguration(this.compiler, folder);
    // A configuration can name types that depend on Node's.
    this.hasAllTypes = configuration !== undefined;
    this.configured = configuration?.options;
    this.problems = configuration?.problems ?? [];
    this.options = cellOptions(this.compiler, folder, this.hasAllTypes, this.configured);
    this.tslab = this.start();
  }

  convert(declarations: string, cell: string, name: string): Conversion {
    this.prepareFor(cell);
    const conversion = this.convertWithTypes(declarations, cell, name);
    if (conversion.ok) return conversion;
    const isUnknown = conversion.diagnostics.some(({ code }) => UNKNOWN.has(code));
    if (!(isUnknown || mayNeedAllTypes(cell)) || !this.loadAllTypes()) return conversion;
    return this.convertWithTypes(declarations, cell, name);
  }

  private convertWithTypes(declarations: string, cell: string, name: string): Conversion {
    return this.attempt(() => {
      const source = this.rewrite(cell);
      const names = this.declaredNames(source.text);
      const reserved = names.find(({ text }) => reservedNames.has(text));
      if (reserved !== undefined) {
        return { ok: false, diagnostics: [this.reservedName(cell, source, reserved)] };
      }
      const result = this.tslab.converter.convert(declarations, source.text);
      const declared = names.map(({ text }) => text);
      const isRefused = result.diagnostics.length > 0 || this.diagnostics.some(isAwaitOutside);
      if (isRefused) {
        const diagnostics = this.explain(cell, source);
        for (const each of declared) this.lost.set(each, name);
        return { ok: false, diagnostics };
      }
      for (const each of declared) this.lost.delete(each);
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
        warnings: this.warnings(cell, source),
      };
    });
  }

  complete(declarations: string, cell: string, offset: number): Completions {
    this.prepareFor(cell);
    return this.attempt(() =>
      complete(this.compiler, this.tslab.converter, declarations, cell, offset),
    );
  }

  inspect(declarations: string, cell: string, offset: number): Inspection | undefined {
    this.prepareFor(cell);
    const inspection = this.attempt(() =>
      inspect(this.compiler, this.tslab.converter, declarations, cell, offset),
    );
    return (
      inspection && { ...inspection, signature: nameLibraries(this.compiler, inspection.signature) }
    );
  }

  completeness(cell: string): Completeness {
    return completeness(this.compiler, cell);
  }

  close(): void {
    this.tslab.converter.close();
  }

  /** The converter's input for a cell: the text after all rewritings. */
  private rewrite(cell: string): RewrittenText {
    return RewrittenText.of(cell).edit(normalize(this.compiler, cell));
  }

  private prepareFor(cell: string): void {
    if (needsAllTypes(cell)) this.loadAllTypes();
  }

  /** Loads Node's types for cells, which takes a second or two; `false` if they are loaded. */
  private loadAllTypes(): boolean {
    if (this.hasAllTypes || ambient(true).packages.length === 0) return false;
    this.hasAllTypes = true;
    this.options = cellOptions(this.compiler, this.folder, true, this.configured);
    this.tslab.converter.close();
    this.tslab = this.start();
    return true;
  }

  private start(): Tslab {
    const { files } = ambient(this.hasAllTypes);
    return startTslab(this.compiler, this.folder, {
      configure: (options, rootFiles) => {
        Object.assign(options, this.options);
        rootFiles.push(...files, ...libraries.map(({ types }) => types));
      },
      mayChange: (path) =>
        !path.includes("/node_modules/") &&
        !files.includes(path) &&
        !libraries.some(({ root }) => path.startsWith(root)),
      emittedCell: (code) => {
        this.cellModule = code;
      },
      emittedModule: (path, code) => {
        this.modules.push(emitModule(this.compiler, path, code));
      },
      diagnosed: (diagnostics, program) => {
        this.diagnostics = diagnostics;
        this.program = program;
      },
    });
  }

  /** Runs a request; if the converter fails internally, it is replaced and the request repeated once. */
  private attempt<Result>(question: () => Result): Result {
    try {
      return this.query(question);
    } catch {
      this.tslab.converter.close();
      this.tslab = this.start();
      return this.query(question);
    }
  }

  private query<Result>(question: () => Result): Result {
    this.modules = [];
    this.diagnostics = [];
    this.tslab.refresh();
    return question();
  }

  private explain(cell: string, source: RewrittenText): Diagnostic[] {
    const found = this.diagnostics.filter(({ file }) => file !== undefined);
    // Errors of a cell that cannot be parsed are not meaningful.
    const syntax = found.filter(({ code }) => code < FIRST_TYPE_ERROR);
    const file = this.program!.getSourceFile(this.tslab.cellFile)!;
    const checker = this.program!.getTypeChecker();
    const advisor = new Advisor(this.compiler, checker, file, this.lost);
    return withAdvice(syntax.length > 0 ? syntax : found, advisor).map(
      ({ diagnostic, advice }) => ({
        ...this.place(diagnostic, cell, source),
        related: (diagnostic.relatedInformation ?? [])
          .filter(({ code }) => code !== FORGOTTEN_AWAIT)
          .filter(({ file }) => file !== undefined && this.isUserFile(file.fileName))
          .map((related) => this.place(related, cell, source)),
        advice,
      }),
    );
  }

  /** Warnings about code that is valid but may not do what is intended. */
  private warnings(cell: string, source: RewrittenText): Diagnostic[] {
    const file = this.program?.getSourceFile(this.tslab.cellFile);
    if (file === undefined) return [];
    const checker = this.program!.getTypeChecker();
    return divisionComments(this.compiler, checker, file).map(({ start, end, remedy }) => {
      const [from, to] = [start, end].map((at) => source.toOriginal(at - this.tslab.prefix.length));
      const place = remark("// begins a comment; it does not divide", 0, cell, from!, to!);
      return { ...place, related: [], advice: `write a // b as ${remedy}` };
    });
  }

  private declaredNames(cell: string): ts.Identifier[] {
    const { createSourceFile, ScriptTarget } = this.compiler;
    const { statements } = createSourceFile("cell.ts", cell, ScriptTarget.Latest);
    return statements.flatMap((statement) => declaredNames(this.compiler, statement));
  }

  /** A cell's code runs in a function, so it cannot redeclare the parameters. */
  private reservedName(
    cell: string,
    source: RewrittenText,
    { text, end }: ts.Identifier,
  ): Diagnostic {
    const start = source.toOriginal(end - text.length);
    const message = `A cell cannot declare '${text}', because the kernel uses the name. Choose another.`;
    const place = remark(message, RESERVED_NAME, cell, start, start + text.length);
    return { ...place, related: [], advice: undefined };
  }

  private place(
    diagnostic: ts.DiagnosticRelatedInformation,
    cell: string,
    source: RewrittenText,
  ): Remark {
    const { fileName } = diagnostic.file!;
    const inCell = fileName === this.tslab.cellFile;
    const text = inCell ? cell : (this.compiler.sys.readFile(fileName) ?? "");
    const toText = (offset: number): number =>
      inCell ? source.toOriginal(Math.max(offset - this.tslab.prefix.length, 0)) : offset;
    const start = Math.min(toText(diagnostic.start ?? 0), text.length);
    const end = Math.max(toText((diagnostic.start ?? 0) + (diagnostic.length ?? 0)), start);
    const message = nameLibraries(this.compiler, diagnosticText(this.compiler, diagnostic));
    return remark(message, diagnostic.code, text, start, end, inCell ? undefined : fileName);
  }

  private isUserFile(file: string): boolean {
    if (file === this.tslab.cellFile) return true;
    const installed = /\/node_modules\/|__prev__\.d\.ts$/.test(file);
    return !installed && !libraries.some(({ root }) => file.startsWith(root));
  }
}

/** `await` in a function that is not `async`; the converter misses some. */
function isAwaitOutside({ code }: ts.Diagnostic): boolean {
  return code === AWAIT_OUTSIDE;
}

/** A diagnostic for a span of a text, cut to its first line. */
function remark(
  message: string,
  code: number,
  text: string,
  start: number,
  end: number,
  file?: string,
): Remark {
  const { line, column } = new LineIndex(text).position(start);
  const lineEnd = text.indexOf("\n", start);
  const last = lineEnd < 0 ? end : Math.min(end, lineEnd);
  const length = Math.max(last - start, 1);
  return { message, code, file, line: line + 1, column: column + 1, length };
}
