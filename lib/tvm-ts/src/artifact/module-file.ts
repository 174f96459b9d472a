/**
 * Saved modules. A file is a WebAssembly module like any other, with custom sections that
 * `WebAssembly.Module.customSections` reads:
 *
 *     tvm.record    the module's record as JSON
 *     tvm.tir       the text of the functions it was made from
 *     tvm.calls     the places of the external calls in that text, by their numbers, as JSON
 *     tvm.import    a module that this one uses, saved in the same way (any number)
 *     tvm.checksum  SHA-256 of everything before this section, which is the last
 */

import { sha256 } from "#sha256";
import { UsageError } from "../support";
import type { Artifact, CallPlace } from "./artifact";
import { FORMAT_VERSION, type ModuleRecord } from "./module-record";

const SECTIONS = {
  record: "tvm.record",
  tir: "tvm.tir",
  calls: "tvm.calls",
  import: "tvm.import",
  checksum: "tvm.checksum",
} as const;

/**
 * The bytes of a file.
 * @throws UsageError for code that is not WebAssembly.
 */
export function encodeModule(contents: Artifact): Uint8Array {
  if (contents.format !== "wasm") {
    throw new UsageError(
      "module-file",
      `code in the format '${contents.format}' cannot be saved; module files hold WebAssembly`,
    );
  }
  const text = new TextEncoder();
  const body = concatenate([
    contents.code,
    section(SECTIONS.record, text.encode(JSON.stringify(contents.record))),
    section(SECTIONS.tir, text.encode(contents.tir())),
    section(SECTIONS.calls, text.encode(JSON.stringify(contents.calls()))),
    ...contents.imports.map((imported) => section(SECTIONS.import, encodeModule(imported))),
  ]);
  return concatenate([body, section(SECTIONS.checksum, sha256(body))]);
}

/** A file that was read: its artifact, and the module as the engine compiled it. */
export interface LoadedModule {
  readonly artifact: Artifact;
  readonly module: WebAssembly.Module;
}

/**
 * Reads a file.
 * @param name the name of the file in messages
 * @throws UsageError with the reason why the file cannot be loaded.
 */
export function decodeModule(bytes: Uint8Array, name: string): LoadedModule {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new UsageError("module-file", `${name} cannot be loaded: ${reason}`, { cause });
  };
  if (bytes.length < 8 || [0, 0x61, 0x73, 0x6d].some((byte, i) => bytes[i] !== byte)) {
    refuse("it is not a WebAssembly file");
  }
  const start = bytes.length - CHECKSUM_SECTION_BYTES;
  const body = bytes.subarray(0, Math.max(start, 0));
  const expected = section(SECTIONS.checksum, sha256(body));
  const matches = (from: number, to: number): boolean =>
    expected.subarray(from, to).every((byte, i) => bytes[start + from + i] === byte);
  const title = CHECKSUM_SECTION_BYTES - DIGEST_BYTES;
  if (start < 0 || !matches(0, title)) {
    refuse("it does not end as saved modules do: it is cut off, or made by something else");
  }
  if (!matches(title, CHECKSUM_SECTION_BYTES)) {
    refuse("its checksum is wrong, so some of its bytes have changed since it was saved");
  }
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(new Uint8Array(body));
  } catch (error) {
    return refuse(`its code is not valid (${(error as Error).message})`, error);
  }
  const [record] = sectionTexts(module, SECTIONS.record);
  if (record === undefined) return refuse("it has no record of what its functions take");
  const parsed = JSON.parse(record) as ModuleRecord;
  if (parsed.formatVersion !== FORMAT_VERSION) {
    refuse(
      `it has format version ${parsed.formatVersion}, this library reads version ` +
        `${FORMAT_VERSION}; build it again`,
    );
  }
  const imports = WebAssembly.Module.customSections(module, SECTIONS.import).map(
    (imported) => decodeModule(new Uint8Array(imported), `an import of ${name}`).artifact,
  );
  const tir = sectionTexts(module, SECTIONS.tir)[0] ?? "";
  const calls = JSON.parse(sectionTexts(module, SECTIONS.calls)[0] ?? "[]") as CallPlace[];
  return {
    artifact: {
      format: "wasm",
      code: codeOf(body),
      record: parsed,
      tir: () => tir,
      calls: () => calls,
      imports,
    },
    module,
  };
}

/** A file's module without the sections that were added to it. */
function codeOf(file: Uint8Array): Uint8Array {
  let at = 8;
  while (at < file.length) {
    const { contents, end } = sectionAt(file, at);
    const title = file.subarray(contents + 1, contents + 1 + OURS.length);
    if (file[at] === 0 && OURS.every((byte, i) => title[i] === byte)) break;
    at = end;
  }
  return file.subarray(0, at);
}

/** How the names of our sections begin. */
const OURS = new TextEncoder().encode("tvm.");

/** Where the contents of the section that starts at `at` are: after its id and its size. */
function sectionAt(file: Uint8Array, at: number): { contents: number; end: number } {
  let size = 0;
  for (let i = at + 1, shift = 0; ; i++, shift += 7) {
    size |= (file[i]! & 127) << shift;
    if (file[i]! < 128) return { contents: i + 1, end: i + 1 + size };
  }
}

function sectionTexts(module: WebAssembly.Module, name: string): string[] {
  return WebAssembly.Module.customSections(module, name).map((bytes) =>
    new TextDecoder().decode(bytes),
  );
}

/** A custom section: id 0, size, name, contents. */
function section(name: string, contents: Uint8Array): Uint8Array {
  const title = new TextEncoder().encode(name);
  const inside = concatenate([leb128(title.length), title, contents]);
  return concatenate([new Uint8Array([0]), leb128(inside.length), inside]);
}

const DIGEST_BYTES = 32;
const CHECKSUM_SECTION_BYTES = section(SECTIONS.checksum, new Uint8Array(DIGEST_BYTES)).length;

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return new Uint8Array(bytes);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
