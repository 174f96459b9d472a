/** Requests of the kernel to the language worker, and the answers; all can be cloned. */

/** A diagnostic of a cell, or of a file that the cell imports. */
export interface Diagnostic {
  readonly message: string;
  readonly code: number;
  /** The file, or `undefined` for the cell itself. */
  readonly file: string | undefined;
  /** Line and column count from 1, in the user's source. */
  readonly line: number;
  readonly column: number;
  /** The number of characters on that line; at least 1. */
  readonly length: number;
  /** Related places that explain it. */
  readonly related: readonly Remark[];
  /** Advice. */
  readonly advice: string | undefined;
}

/** A remark about a place. */
export type Remark = Omit<Diagnostic, "related" | "advice">;

/**
 * Mappings of compiled code: rows of four numbers, line and column in the code, line and column in the
 * source, all from 0, ordered by the first two.
 */
export type LineMap = Int32Array;

/** Compiled code with its mappings. */
export interface CompiledSource {
  /** The source's file; for a cell its name, such as `cell [3]`. */
  readonly name: string;
  readonly code: string;
  readonly map: LineMap;
}

/** A compiled cell for the evaluator. */
export interface CompiledCell extends CompiledSource {
  /** The specifiers that the cell's code requires. */
  readonly imports: readonly string[];
  /** The name of the variable for the value of the cell's last expression. */
  readonly resultName: string | undefined;
}

export type Conversion =
  | {
      readonly ok: true;
      readonly cell: CompiledCell;
      /**
       * Files of the notebook's folder that the cell imports and that have changed since they were last sent.
       */
      readonly modules: readonly CompiledSource[];
      /** The declarations of all cells so far, including this one. */
      readonly declarations: string;
      /** Warnings about valid code that may be a mistake. */
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface Completion {
  readonly text: string;
  /** TypeScript's kind of the entry: `method`, `const`, `keyword`, ... */
  readonly kind: string;
  /** The signature of a function: `(x: number): number`. */
  readonly signature?: string;
}

export interface Completions {
  /** The characters that a completion replaces, as offsets in the cell. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

/** The inspection of a name. */
export interface Inspection {
  /** The signature or type, in TypeScript's notation. */
  readonly signature: string;
  readonly documentation: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** The requests, by name; the worker answers them one after another. */
export interface LanguageService {
  /**
   * Checks and compiles a cell.
   *
   * @param declarations the declarations of earlier cells
   * @param cell the text
   * @param name the cell's name in stack traces
   */
  convert(declarations: string, cell: string, name: string): Conversion;
  complete(declarations: string, cell: string, offset: number): Completions;
  inspect(declarations: string, cell: string, offset: number): Inspection | undefined;
  completeness(cell: string): Completeness;
}

export type LanguageQuestion = {
  [Method in keyof LanguageService]: {
    readonly id: number;
    readonly method: Method;
    readonly args: Parameters<LanguageService[Method]>;
  };
}[keyof LanguageService];

export type LanguageAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  /** The errors of the notebook's configuration. */
  | { readonly problems: readonly string[] };

/** A thread or process that runs the language. */
export interface LanguageThread {
  post(question: LanguageQuestion): void;
  stop(): Promise<void>;
}
