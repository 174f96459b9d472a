/** Maps stack traces to cells and TypeScript files as the user wrote them. */

import { isHostFile, libraries } from "../hosts/node/own-files";
import type { CompiledSource, LineMap } from "../language";
import type { Frame } from "./messages";
import { nameOfSource } from "./source-addresses";

/** Deep enough to include the user's lines below the library's. */
const FRAME_LIMIT = 50;

const maps = new Map<string, LineMap>();

/** Maps places in compiled code to places in `sources`. */
export function mapSources(sources: readonly CompiledSource[]): void {
  for (const { name, map } of sources) maps.set(name, map);
}

/** Installs the mapping for all readers of `stack`, including the library's `Span.place`. */
export function installStackTraces(): void {
  Error.stackTraceLimit = FRAME_LIMIT;
  Error.prepareStackTrace = (error, sites) => {
    const lines = sites.filter((site) => !isOurs(site.getScriptNameOrSourceURL())).map(describe);
    return [headline(error), ...lines.map((line) => `    at ${line}`)].join("\n");
  };
}

function headline(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}

/** Files of the evaluator only. */
const hidden = new Set<string>();

/** Removes a file's frames from traces. */
export function hideFile(path: string): void {
  hidden.add(path);
}

/** Frames of the evaluator and of its host below every cell. */
function isOurs(file: string | null | undefined): boolean {
  if (file === null || file === undefined) return false;
  return isHostFile(file) || hidden.has(file);
}

function describe(site: NodeJS.CallSite): string {
  // The session's object, whose properties are its names, is not visible to users.
  const text = String(site).replace(/^(async )?Object\./, "$1");
  const address = site.getScriptNameOrSourceURL();
  const file = address === null ? address : nameOfSource(address);
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  const map = file === null ? undefined : maps.get(file);
  if (map === undefined || line === null || column === null) return text;
  const place = original(map, line - 1, column - 1);
  const shown = `${file}:${place.line + 1}:${place.column + 1}`;
  return text.replace(`${address}:${line}:${column}`, shown);
}

/** The source of the last mapped segment that begins at or before a place. */
function original(map: LineMap, line: number, column: number): { line: number; column: number } {
  let low = 0;
  let high = map.length / 4;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = middle * 4;
    const before = map[row]! < line || (map[row] === line && map[row + 1]! <= column);
    if (before) low = middle + 1;
    else high = middle;
  }
  const row = Math.max(low - 1, 0) * 4;
  return { line: map[row + 2] ?? line, column: map[row + 3] ?? column };
}

const FRAME = /^\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?$/;

export function isLibraryFile(file: string): boolean {
  return libraries.some(({ root }) => file.startsWith(`${root}/`));
}

/** The frames of a trace; those of the libraries only with `all`. */
export function framesOf(stack: string, all: boolean): Frame[] {
  const frames: Frame[] = [];
  for (const text of stack.split("\n")) {
    const match = FRAME.exec(text);
    if (match === null) continue;
    const file = match[1]!.replace(/^(?:async )?(?:file:\/\/)?/, "");
    if (!all && isLibraryFile(file)) continue;
    frames.push({ text: text.trim(), file, line: Number(match[2]), column: Number(match[3]) });
  }
  return frames;
}
