/** What the reference made of whole networks (`tests/golden/networks`). */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HostTensor, sizeOf } from "../../lib/tvm-ts/src/relay";

const folder = fileURLToPath(new URL("../golden/networks", import.meta.url));

export interface Recorded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly head: readonly number[];
  readonly values?: readonly number[];
}

export interface NetworkGolden {
  readonly input: {
    readonly shape: readonly number[];
    readonly fill: readonly [number, number, number];
    readonly times: number;
  };
  readonly qconfig: { readonly global_scale: number; readonly skip_conv_layers: readonly number[] };
  readonly float: Recorded;
  readonly quantized: string;
  readonly constants: readonly Recorded[];
  readonly int8: Recorded;
  readonly steps: readonly (Recorded & { readonly op: string })[];
  readonly packed: string;
  readonly vta: {
    readonly same_as_int8: boolean;
    readonly stats: Readonly<Record<string, number>>;
    readonly functions: readonly string[];
  };
}

export const NETWORK_NAMES = readdirSync(folder)
  .filter((name) => name.endsWith(".onnx"))
  .map((name) => name.replace(".onnx", ""));

export function networkGolden(name: string): NetworkGolden {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as NetworkGolden;
}

export function networkFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

export function onnxBytes(name: string): Uint8Array {
  return networkFile(`${name}.onnx`);
}

/** The input that was recorded: pseudo-random integers times a factor. */
export function inputOf({ input }: NetworkGolden): HostTensor {
  const [low, high, seed] = input.fill;
  const values = Array.from({ length: sizeOf(input.shape) }, (_, i) => {
    let x = (Math.imul(i, 2654435761) + Math.imul(seed, 40503)) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 2246822519) >>> 0;
    x = (x ^ (x >>> 13)) >>> 0;
    return (low + (x % (high - low))) * input.times;
  });
  return HostTensor.of(values, input.shape, "float32");
}
