/** Messages between the kernel and the evaluator: commands and reports. */

import type { CompiledCell, CompiledSource } from "../language";

/** A comm message, in either direction. */
export interface CommPacket {
  readonly type: "open" | "message" | "close";
  readonly id: string;
  /** The target's name; only for `open`. */
  readonly target?: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
  /** The id of the front end's message that it forwards or answers; if left out, it belongs to the cell. */
  readonly cause?: string;
}

/** A MIME bundle that can be sent: strings and JSON values only. */
export interface SentBundle {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

/** One line of a stack trace. */
export interface Frame {
  /** The line, as V8 writes it: `at f (cell [3]:2:7)`. */
  readonly text: string;
  readonly file: string;
  /** Both from 1, in the user's source. */
  readonly line: number;
  readonly column: number;
}

/** A place that an error refers to. */
export interface ErrorNote {
  readonly text: string;
  readonly place:
    { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

/** A thrown value. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  /** The library's error code, such as `te-split-factor`. */
  readonly code: string | undefined;
  /** Innermost first; without the frames of the libraries and the kernel. */
  readonly frames: readonly Frame[];
  /** The place of the mistake, if the error has one. */
  readonly place: ErrorNote["place"];
  readonly notes: readonly ErrorNote[];
  readonly cause: ErrorReport | undefined;
}

export type Outcome =
  | { readonly status: "ok"; readonly result: SentBundle | undefined }
  | { readonly status: "error"; readonly error: ErrorReport };

export type Command =
  | { readonly kind: "run"; readonly cell: CompiledCell; readonly allowStdin: boolean }
  | { readonly kind: "modules"; readonly modules: readonly CompiledSource[] }
  | { readonly kind: "comm"; readonly packet: CommPacket }
  | { readonly kind: "exit" };

/** The answer to a prompt; `undefined` if the user interrupted it. */
export interface Answer {
  readonly text: string | undefined;
}

/** Reports of cells: outputs, status and requests. */
export type CellReport =
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | {
      readonly kind: "display";
      readonly bundle: SentBundle;
      readonly id: string | undefined;
      readonly update: boolean;
    }
  | { readonly kind: "clear"; readonly wait: boolean }
  | { readonly kind: "ask"; readonly prompt: string }
  | { readonly kind: "comm"; readonly packet: CommPacket }
  /** Something failed while no cell was running. */
  | { readonly kind: "failure"; readonly error: ErrorReport };

export type Report =
  | CellReport
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly outcome: Outcome }
  /** The process is about to end by a regular exit, for instance a cell's. */
  | { readonly kind: "exiting"; readonly code: number };
