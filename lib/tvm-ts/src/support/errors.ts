/**
 * The errors of the library. Each one says what is wrong, with the values, where the user wrote it,
 * and what to do; notes may point at other places ("the stage was created here").
 */

import { formatPlace, Span, type Place } from "./span";

/** An error may be found deep inside a pass. */
const ERROR_FRAMES = 200;

/** A remark that belongs to an error and may point somewhere else. */
export interface ErrorNote {
  readonly text: string;
  readonly span?: Span | undefined;
}

export interface ErrorOptions {
  /** Where the mistake was written; the current call site if left out. */
  readonly span?: Span | undefined;
  readonly notes?: readonly ErrorNote[];
  readonly cause?: unknown;
}

/**
 * Names what is wrong, for programs and for the pages of `docs/errors`: the area, then the topic,
 * such as `te-split-factor`. A code keeps its meaning from version to version; a sentence may not.
 */
export type ErrorCode = `${string}-${string}` | "grade" | "target" | "internal";

/**
 * The base of every error the library throws on purpose.
 *
 * `sentence` is the message alone; `message` has the place and the notes below it, one a line.
 * Notebooks show the code behind the sentence, and Node.js shows it below.
 */
export abstract class TvmError extends Error {
  readonly sentence: string;
  readonly place: Place | undefined;
  readonly notes: readonly { text: string; place: Place | undefined }[];

  constructor(
    readonly code: ErrorCode,
    sentence: string,
    options: ErrorOptions = {},
  ) {
    const place = (options.span ?? Span.capture(ERROR_FRAMES)).place;
    const notes = (options.notes ?? [])
      .map((note) => ({
        text: note.text,
        place: note.span?.place,
        pointed: note.span !== undefined,
      }))
      // A note such as "declared here" is left out when its place is not in the user's code.
      .filter(({ place: there, pointed }) => !pointed || there !== undefined)
      .map(({ text, place: there }) => ({ text, place: there }));
    const lines = [sentence];
    // The stack trace shows the call site already; only a place elsewhere is worth a line.
    if (options.span !== undefined && place !== undefined) lines.push(`  at ${formatPlace(place)}`);
    for (const note of notes) {
      const where = note.place === undefined ? "" : ` (${formatPlace(note.place)})`;
      lines.push(`  note: ${note.text}${where}`);
    }
    super(lines.join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.sentence = sentence;
    this.place = place;
    this.notes = notes;
  }
}

/** The program contains something that cannot be done as written. */
export class UsageError extends TvmError {
  override readonly name = "UsageError";
}

/** A mistake of ours: an invariant of the compiler does not hold. */
export class InternalError extends TvmError {
  override readonly name = "InternalError";

  constructor(sentence: string, options: ErrorOptions = {}) {
    super("internal", sentence, options);
  }
}

/** An accelerator, or the simulator of one, refused or could not finish. */
export class DeviceError extends TvmError {
  override readonly name = "DeviceError";
}

/** A remote session failed: the connection, the protocol, or the other side's own error. */
export class RpcError extends TvmError {
  override readonly name: string = "RpcError";
}

/** Ends a `switch` over a union: a kind that is not handled is a compile-time error. */
export function assertNever(value: never): never {
  throw new InternalError(`unhandled case: ${JSON.stringify(value)}`);
}

/** Throws an `InternalError` unless `condition` holds. */
export function assertInternal(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}
