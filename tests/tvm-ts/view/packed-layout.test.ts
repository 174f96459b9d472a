import { expect, test } from "vitest";
import { np, view } from "tvm-ts";

function layoutOf(layout: string, shape: number[]): view.PackedLayout | undefined {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const bundle = view.tensorBundle({ shape, dtype: "int8", data: new Int8Array(size), layout }, "");
  return (bundle[view.mimeTypes.tensor] as view.TensorView).layout;
}

test("small letters are the inner parts of their capitals", () => {
  expect(layoutOf("NCHWnc", [1, 16, 14, 14, 1, 16])).toEqual([
    { name: "N", parts: [0, 4] },
    { name: "C", parts: [1, 5] },
    { name: "H", parts: [2] },
    { name: "W", parts: [3] },
  ]);
  expect(layoutOf("OI16o16i", [2, 3, 16, 16])).toEqual([
    { name: "O", parts: [0, 2] },
    { name: "I", parts: [1, 3] },
  ]);
});

test.each([
  ["NCHW", [2, 2], "the layout 'NCHW' has 4 axes, but the shape [2, 2] has 2"],
  ["", [2], "the layout '' has 0 axes"],
  ["N-C", [2, 2], "give each axis a letter, as in NCHWnc"],
  ["NcC", [2, 2, 2], "has c, the inner part of C, but no C before it"],
  ["NN", [2, 2], "has N twice; write inner parts in lower case"],
  ["N8n", [2, 4], "has 8 elements for n, but axis 1 of the shape [2, 4] has 4"],
])("the layout '%s' is refused for %j", (layout, shape, message) => {
  expect(() => layoutOf(layout, shape)).toThrow(message);
});

test("heatmap and difference take a layout", () => {
  const a = np.zeros([2, 3, 1, 4], "int8");
  const display = Symbol.for("Jupyter.display");
  type Shows = Record<symbol, () => view.MimeBundle>;
  const shown = (view.heatmap(a, "A", { layout: "NMnm" }) as unknown as Shows)[display]!();
  const compared = (view.difference(a, a, { layout: "NMnm" }) as unknown as Shows)[display]!();
  const layout = [
    { name: "N", parts: [0, 2] },
    { name: "M", parts: [1, 3] },
  ];
  expect(shown[view.mimeTypes.tensor]).toMatchObject({ layout });
  expect(compared[view.mimeTypes.tensorDiff]).toMatchObject({ layout });
});
