/**
 * Types of the names that a cell can use without an import. TypeScript 5.0 reads this file when it checks
 * cells, so completion and inspection show these names and their documentation.
 */

/**
 * An object's representations by MIME type. Strings are sent unchanged, bytes as base64, other values as
 * JSON. `text/plain` is added if it is missing.
 */
export interface MimeBundle {
  readonly [mimeType: string]: unknown;
}

export interface DisplayOptions {
  /** Names the output, so that a later call with `update` can replace it. */
  readonly id?: string;
  /** Replaces the outputs shown under `id` instead of adding one. */
  readonly update?: boolean;
  /** Whether `value` is a MIME bundle itself. */
  readonly raw?: boolean;
  /** Metadata of the output, by MIME type. */
  readonly metadata?: { readonly [mimeType: string]: unknown };
}

/** An object with a display method; the result of `html`, `md`, `svg` and `latex`. */
export interface Displayable {
  [Symbol.toStringTag]: string;
}

/** Makes an object that is shown as one MIME type; also a template tag. */
export interface TextHelper {
  (text: string): Displayable;
  (strings: TemplateStringsArray, ...values: readonly unknown[]): Displayable;
}

export interface ProgressOptions {
  /** The label before the bar. */
  readonly label?: string;
  /** The number of items, if the iterable does not have it. */
  readonly total?: number;
}

/** A progress bar that is updated by calls. */
export interface ProgressBar {
  /** Moves the bar to `done` of its total; `note` replaces the text after it. */
  update(done: number, note?: string): void;
  /** Makes what is done the total: there was less to do. `finish` shows it. */
  complete(): void;
  /** Shows the bar's last state and ends it. */
  finish(): void;
}

export interface Progress {
  /** Yields the items of `items` and shows the progress. */
  <Item>(items: Iterable<Item>, options?: ProgressOptions): Generator<Item, void, undefined>;
  <Item>(
    items: AsyncIterable<Item>,
    options?: ProgressOptions,
  ): AsyncGenerator<Item, void, undefined>;
  /** Shows a bar that `update` moves, for loops inside functions. */
  bar(total: number, label?: string): ProgressBar;
}

/** JSON data of a comm message. */
export interface CommData {
  readonly [name: string]: unknown;
}

export interface CommMessage {
  readonly data: CommData;
  readonly metadata: CommData;
  readonly buffers: readonly Uint8Array[];
}

export interface CommExtras {
  readonly metadata?: CommData;
  readonly buffers?: readonly Uint8Array[];
}

/** An open connection between the session and the front end. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  readonly closed: boolean;
  send(data: CommData, extras?: CommExtras): void;
  close(data?: CommData): void;
  /** Called with every message from the front end; a second call replaces the handler. */
  onMessage(handler: (message: CommMessage) => void): void;
  /** Called when the front end closes the comm. */
  onClose(handler: (message: CommMessage) => void): void;
}

export interface Comms {
  /** Opens a comm to the front end's target of that name. */
  open(target: string, data?: CommData, extras?: CommExtras): Comm;
  /** Accepts comms that the front end opens for `target`; returns how to stop that. */
  register(target: string, accept: (comm: Comm, message: CommMessage) => void): () => void;
}

/** A class, also an abstract one. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any constructor at all
export type Class<Value> = abstract new (...args: any[]) => Value;

export interface Jupyter {
  /** Connections to the front end, for interactive views. */
  readonly comm: Comms;
  /**
   * Shows later values of a class by `format`. The latest formatter for a class applies, before the object's
   * own `Symbol.for("Jupyter.display")` method.
   */
  registerFormatter<Value>(
    type: Class<Value>,
    format: (value: Value) => MimeBundle | Promise<MimeBundle>,
  ): void;
  /** The top-level variables of cells by name, for views of the whole session. */
  variables(): ReadonlyMap<string, unknown>;
  /** Removes the cell's outputs; with `wait`, when the next output arrives. */
  clearOutput(options?: { readonly wait?: boolean }): void;
}
