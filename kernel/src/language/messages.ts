/** What the kernel asks of the language worker, and what it gets; all of it survives being cloned. */

/** Something TypeScript has to say about a cell or about a file that the cell imports. */
export interface Diagnostic {
  readonly message: string;
  readonly code: number;
  /** The file, or `undefined` for the cell itself. */
  readonly file: string | undefined;
  /** Line and column count from 1, in what the user wrote. */
  readonly line: number;
  readonly column: number;
  /** How many characters on that line are meant; at least 1. */
  readonly length: number;
  /** Places elsewhere that explain it. */
  readonly related: readonly Remark[];
  /** What to do about it. */
  readonly advice: string | undefined;
}

/** What is said of a place. */
export type Remark = Omit<Diagnostic, "related" | "advice">;

/**
 * Where each piece of compiled code comes from: rows of four numbers, line and column in the code,
 * line and column in the source, all from 0, ordered by the first two.
 */
export type LineMap = Int32Array;

/** Compiled code and where it comes from. */
export interface CompiledSource {
  /** The source's file; for a cell its name, such as `cell [3]`. */
  readonly name: string;
  readonly code: string;
  readonly map: LineMap;
}

/** A cell, ready for the evaluator. */
export interface CompiledCell extends CompiledSource {
  /** What the cell's code requires, as it is written there. */
  readonly imports: readonly string[];
  /** The name under which the code leaves the value of the cell's last expression. */
  readonly resultName: string | undefined;
}

export type Conversion =
  | {
      readonly ok: true;
      readonly cell: CompiledCell;
      /** Files beside the notebook that the cell imports and that changed since they were last sent. */
      readonly modules: readonly CompiledSource[];
      /** The types of everything declared so far, this cell's included. */
      readonly declarations: string;
      /** What is accepted and may be a mistake all the same. */
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface Completion {
  readonly text: string;
  /** TypeScript's word for what it is: `method`, `const`, `keyword`, ... */
  readonly kind: string;
  /** How it is called, if it can be: `(x: number): number`. */
  readonly signature?: string;
}

export interface Completions {
  /** The characters that a completion replaces, as offsets in the cell. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

/** What is known about a name. */
export interface Inspection {
  /** The signature or type, as TypeScript writes it. */
  readonly signature: string;
  readonly documentation: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** The questions, by name; the worker answers them one after another. */
export interface LanguageService {
  /**
   * Checks and compiles a cell.
   *
   * @param declarations the types of what earlier cells declared
   * @param cell the text
   * @param name how stack traces call the cell
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
  /** What is wrong with the notebook's configuration. */
  | { readonly problems: readonly string[] };

/** The thread in which the language works. */
export interface LanguageThread {
  post(question: LanguageQuestion): void;
  stop(): Promise<void>;
}
