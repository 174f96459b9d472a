/** Streams of instructions with the hardware's recorded cycles, from `tests/golden/cycles`. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface RecordedStream {
  readonly name: string;
  readonly address: number;
  readonly words: Uint32Array;
  readonly cycles: number;
}

const FOLDER = new URL("../golden/cycles/", import.meta.url);

/** The streams of a file that ended. */
export function recordedStreams(file: string): RecordedStream[] {
  const text = gunzipSync(readFileSync(new URL(file, FOLDER))).toString("utf8");
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const { name, address, stream, cycles } = JSON.parse(line) as {
      name: string;
      address: number;
      stream: string;
      cycles?: number;
    };
    if (cycles === undefined) return [];
    const bytes = Buffer.from(stream, "hex");
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    return [{ name, address, words: new Uint32Array(buffer), cycles }];
  });
}
