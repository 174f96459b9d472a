/** Tensors: with few and many elements and dimensions, and with values that are hard to draw. */

import { view } from "tvm-ts";
import type { Story } from "./story";

type Source = Parameters<typeof view.tensorBundle>[0];

function story(id: string, comment: string, source: Source): Story {
  const { dtype, shape } = source;
  return {
    id,
    source: `// ${comment}`,
    bundle: view.tensorBundle(source, `${dtype} [${shape.join(", ")}]`),
  };
}

function filled(shape: number[], dtype: string, value: (i: number) => number): Source {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { name: "A", shape, dtype, data: Float64Array.from({ length: size }, (_, i) => value(i)) };
}

/** A pseudorandom number from 0 to 1. */
function noise(i: number): number {
  const x = Math.sin(i * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

const wave = filled([1024, 1024], "float32", (i) => {
  const [x, y] = [(i % 1024) / 80, Math.floor(i / 1024) / 80];
  return Math.sin(x) * Math.cos(y) + noise(i) / 4;
});

const small = view.tensorBundle(
  filled([1, 64, 1, 16], "int32", (i) => Math.floor(noise(i) * 256) - 128),
  "A",
);

/** The data of a convolution in the accelerator's layout: channels in blocks of 16. */
const packed = { ...filled([1, 4, 14, 14, 1, 16], "int8", (i) => (i % 251) - 125), name: "data" };

const wanted = filled([32, 32], "int32", (i) => i);
const got = filled([32, 32], "int32", (i) => (i % 100 === 7 ? i + 3 : i));

export const tensorStories: readonly Story[] = [
  { id: "tensor-packed", source: "A", bundle: small },
  story("tensor-million", "a million elements", wave),
  story(
    "tensor-vector",
    "one dimension",
    filled([256], "uint8", (i) => i),
  ),
  story(
    "tensor-odd",
    "NaN and infinity",
    filled([8, 8], "float32", (i) => (i % 9 === 0 ? NaN : i === 10 ? Infinity : i - 32)),
  ),
  story(
    "tensor-scalar",
    "no dimensions",
    filled([], "float64", () => Math.PI),
  ),
  story(
    "tensor-empty",
    "no elements",
    filled([0, 4], "int8", () => 0),
  ),
  story("tensor-layout", "a packed layout", { ...packed, layout: "NCHWnc" }),
  {
    id: "tensor-diff",
    source: "tvm.view.difference(got, wanted)",
    bundle: view.tensorDiffBundle({ ...got, name: "got" }, { ...wanted, name: "wanted" }),
  },
  {
    id: "tensor-diff-none",
    source: "// two equal tensors without names",
    bundle: view.tensorDiffBundle(
      { ...wanted, name: undefined },
      { ...wanted, name: undefined },
      { atol: 0.5 },
    ),
  },
  {
    id: "tensor-damaged",
    source: "// fewer values than the shape says",
    bundle: {
      ...small,
      [view.mimeTypes.tensor]: {
        ...(small[view.mimeTypes.tensor] as object),
        shape: [1, 65, 1, 16],
      },
    },
  },
  {
    id: "plotly",
    source: "// a figure of another library",
    bundle: {
      [view.mimeTypes.plotly]: { data: [{ type: "bar", x: ["a", "b"], y: [3, 5] }], layout: {} },
      "text/plain": "Figure",
    },
  },
];
