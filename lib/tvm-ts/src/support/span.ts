/**
 * Where in the user's own code something was written.
 *
 * `te` calls record a span for every object they make, so that an error found while lowering can
 * still point at the line that caused it. Recording must therefore be cheap: only V8's structured
 * stack is captured; it is turned into text when the place is read.
 */

/** A place in a file or notebook cell; `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Deep enough to leave the library's own frames behind where objects are made. Twice as many frames
 * take five times as long.
 */
const FRAME_LIMIT = 12;

/**
 * The limit for `te.compute` and `computeInline`, which a program calls hundreds of times. The operators
 * of the library call them at most two calls deep. Fewer frames take less time.
 */
export const FEW_FRAMES = 5;

/** The members of `Error` that only V8 has. */
interface V8Error {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above?: (...args: never[]) => unknown): void;
}

const libraryRoots: string[] = [];

/** Frames below `root` (a folder, as stack traces write it) are ours and never a user's place. */
export function registerLibraryRoot(root: string): void {
  if (!libraryRoots.includes(root)) libraryRoots.push(root);
}

/** A captured call site; the place is worked out on first use. */
export class Span {
  private readonly holder: { stack?: string };
  private resolved: Place | null | undefined;

  private constructor(holder: { stack?: string }) {
    this.holder = holder;
  }

  /** The caller of the library, seen from here, at most `frames` deep. */
  static capture(frames = FRAME_LIMIT): Span {
    const holder: { stack?: string } = {};
    const v8 = Error as V8Error;
    if (v8.captureStackTrace === undefined) {
      const stack = new Error().stack;
      if (stack !== undefined) holder.stack = stack;
      return new Span(holder);
    }
    const limit = v8.stackTraceLimit;
    v8.stackTraceLimit = frames;
    v8.captureStackTrace(holder);
    if (limit !== undefined) v8.stackTraceLimit = limit;
    return new Span(holder);
  }

  /** The first frame outside the library, or `undefined` when every frame is ours. */
  get place(): Place | undefined {
    this.resolved ??= userPlace(this.holder.stack ?? "") ?? null;
    return this.resolved ?? undefined;
  }
}

// "at f (file:line:column)", "at file:line:column", and Firefox's "f@file:line:column"
const FRAME = /^\s*(?:at\s+)?(?:async\s+)?(?:.*?[(@])?(.+?):(\d+):(\d+)\)?$/;

/** The places of a stack trace's frames, innermost first. */
export function parseStack(stack: string): Place[] {
  const places: Place[] = [];
  for (const text of stack.split("\n")) {
    const match = FRAME.exec(text);
    if (match === null) continue;
    const file = match[1]!.replace(/^at\s+/, "").replace(/^file:\/\//, "");
    places.push({ file, line: Number(match[2]), column: Number(match[3]) });
  }
  return places;
}

/** Whether a frame's file belongs to the library (or to the JavaScript engine). */
function isLibraryFile(file: string): boolean {
  return (
    file.startsWith("node:") ||
    file === "native" ||
    file.startsWith("<anonymous>") ||
    libraryRoots.some((root) => file.startsWith(root))
  );
}

function userPlace(stack: string): Place | undefined {
  return parseStack(stack).find((place) => !isLibraryFile(place.file));
}

/** `file:line:column`, the form terminals and editors make clickable. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** The folder `levels` above the file this is called from, as stack traces write it. */
export function callerFolder(levels: number): string {
  const here = parseStack(new Error().stack ?? "")[1];
  if (here === undefined) return "<unknown>";
  const parts = here.file.split("/");
  return parts.slice(0, parts.length - levels).join("/") + "/";
}
