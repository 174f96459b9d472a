/**
 * `npx tsx --tsconfig bench/tsconfig.json bench/network-picture.ts FOLDER`: the picture of docs/networks.md.
 * `.venv/bin/python tests/network/qonnx-networks.py FOLDER` writes the folder.
 */

import { encode } from "fast-png";
import { readFileSync, writeFileSync } from "node:fs";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";

const SIZE = 64;
/** The scale of the network's output pixels, and the gap between pictures. */
const ZOOM = 2;
const GAP = 8;
/** Differences are shown this many times as large. */
const GAIN = 16;

type Planes = ArrayLike<number>;

async function main(): Promise<void> {
  await tvm.ready();
  const [folder = "."] = process.argv.slice(2);
  const tensor = (name: string): tvm.relay.HostTensor => {
    const bytes = readFileSync(`${folder}/${name}.pb`);
    // The values are at the end of the message.
    const values = bytes.subarray(bytes.length - 4 * 3 * SIZE * SIZE);
    const view = new DataView(values.buffer, values.byteOffset);
    const floats = Array.from({ length: 3 * SIZE * SIZE }, (_, i) => view.getFloat32(4 * i, true));
    return tvm.relay.HostTensor.of(floats, [1, 3, SIZE, SIZE], "float32");
  };
  const file = new Uint8Array(readFileSync(`${folder}/resize.onnx`));
  const input = "onnx::Relu_0";
  const shapes = { [input]: [1, 3, SIZE, SIZE] };
  const network = vta.network.fromOnnx(file, { shapes });
  const inputs = { [input]: tensor("small") };
  const dataset = [0, 1].map((i) => ({ [input]: tensor(`quarter${i}`) }));
  const built = network.quantize({ calibrateMode: "max", dataset }).pack().build();
  const [float, int8] = [network.run(inputs), built.run(inputs)].map(
    (outputs) => Object.values(outputs)[0]!.data as Float32Array,
  ) as [Float32Array, Float32Array];
  const difference = float.map((value, i) => 0.5 + GAIN * (int8[i]! - value));
  writeFileSync("docs/images/super-resolution.png", drawn([float, int8, difference]));
}

/** Converts planes of red, green and blue; the package's picture is upside down. */
function drawn(pictures: readonly Planes[]): Uint8Array {
  const side = 2 * SIZE;
  const panel = side * ZOOM;
  const width = pictures.length * panel + (pictures.length - 1) * GAP;
  const data = new Uint8Array(width * panel * 3).fill(255);
  pictures.forEach((planes, i) => {
    for (let y = 0; y < panel; y++) {
      for (let x = 0; x < panel; x++) {
        const from = (side - 1 - Math.floor(y / ZOOM)) * side + Math.floor(x / ZOOM);
        const to = (y * width + i * (panel + GAP) + x) * 3;
        for (let c = 0; c < 3; c++) {
          const value = planes[c * side * side + from]!;
          data[to + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
        }
      }
    }
  });
  return encode({ width, height: panel, data, channels: 3 });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
