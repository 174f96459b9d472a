import { decode } from "fast-png";
import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { CpuDevice, NDArray, np } from "../../../lib/tvm-ts/src/runtime";

function numbers(packed: view.PackedNumbers): number[] {
  const bytes = Uint8Array.from(Buffer.from(packed.bdata, "base64"));
  const types = {
    i1: Int8Array,
    u1: Uint8Array,
    i2: Int16Array,
    u2: Uint16Array,
    i4: Int32Array,
    u4: Uint32Array,
    f4: Float32Array,
    f8: Float64Array,
  };
  return [...new types[packed.dtype](bytes.buffer)];
}

function tensorOf(bundle: view.MimeBundle): view.TensorView {
  return bundle[view.mimeTypes.tensor] as view.TensorView;
}

test("a small tensor is stored completely, in its own type", () => {
  const source = { name: "A", shape: [2, 3], dtype: "int8", data: [-3, 0, 1, 2, 3, 127] };
  const tensor = tensorOf(view.tensorBundle(source, "A"));
  expect(tensor).toMatchObject({ version: 1, name: "A", shape: [2, 3], block: [1, 1] });
  expect(tensor.values.dtype).toBe("i1");
  expect(numbers(tensor.values)).toEqual([-3, 0, 1, 2, 3, 127]);
});

test("statistics distinguish zeros, NaN and infinities", () => {
  const values = [NaN, Infinity, -Infinity, 0, 0, 4];
  const tensor = tensorOf(view.tensorBundle({ shape: [6], dtype: "float32", data: values }, ""));
  expect(tensor.statistics).toEqual({
    min: 0,
    max: 4,
    mean: 4 / 3,
    zeros: 2,
    nans: 1,
    infinities: 2,
  });
});

test("a tensor of a million elements is reduced to means, its statistics are of all", () => {
  const values = Float32Array.from({ length: 1024 * 1024 }, (_, i) => i % 1024);
  const tensor = tensorOf(
    view.tensorBundle({ shape: [1024, 1024], dtype: "float32", data: values }, ""),
  );
  expect(tensor.block).toEqual([4, 4]);
  expect(numbers(tensor.values).slice(0, 3)).toEqual([1.5, 5.5, 9.5]);
  expect(tensor.statistics).toMatchObject({ min: 0, max: 1023, mean: 511.5 });
  expect(JSON.stringify(tensor).length).toBeLessThan(400_000);
});

test("blocks at the edge average the elements that they have", () => {
  const values = Float32Array.from({ length: 65537 }, (_, i) => i);
  const tensor = tensorOf(
    view.tensorBundle({ shape: [65537], dtype: "float32", data: values }, ""),
  );
  expect(tensor.block).toEqual([2]);
  expect(numbers(tensor.values).at(-1)).toBe(65536);
});

test("histograms of whole numbers have bins of whole width and count everything", () => {
  const values = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  const { histogram } = tensorOf(
    view.tensorBundle({ shape: [256], dtype: "int8", data: values }, ""),
  );
  expect(histogram).toMatchObject({ start: -128, width: 4 });
  expect(histogram.counts).toEqual(new Array(64).fill(4));
});

test.each([
  ["all equal", [7, 7], [2]],
  ["the largest doubles", [-Number.MAX_VALUE, Number.MAX_VALUE], [1, 1]],
  ["nothing finite", [NaN, NaN], []],
])("a histogram of %s", (_, values, ends) => {
  const { histogram } = tensorOf(
    view.tensorBundle({ shape: [2], dtype: "float64", data: values }, ""),
  );
  expect(histogram.counts.filter((count) => count > 0)).toEqual(ends);
});

test("colours are white at zero when there are negative values, and grow otherwise", () => {
  const of = (values: number[], dtype: string) =>
    tensorOf(view.tensorBundle({ shape: [2], dtype, data: values }, "")).scale;
  expect(of([-3, 5], "int32")).toMatchObject({ low: -5, high: 5 });
  expect(of([-3, 5], "int32").colors[5]).toBe("#f7f7f7");
  expect(of([2, 5], "uint8")).toMatchObject({ low: 2, high: 5 });
});

test("the picture in HTML has the tensor's cells in the scale's colours", () => {
  const values = [-1, 0, 1, NaN];
  const html = view.tensorBundle({ shape: [2, 2], dtype: "float32", data: values }, "")[
    "text/html"
  ] as string;
  const png = /data:image\/png;base64,([^"]+)/.exec(html)![1]!;
  const picture = decode(Buffer.from(png, "base64"));
  expect([picture.width, picture.height]).toEqual([48, 48]); // small ones are small
  const colorAt = (x: number, y: number) =>
    [...picture.palette![picture.data[y * 48 + x]!]!].slice(0, 3);
  expect(colorAt(0, 0)).toEqual([0x05, 0x30, 0x61]);
  expect(colorAt(47, 0)).toEqual([0xf7, 0xf7, 0xf7]);
  expect(colorAt(0, 47)).toEqual([0x67, 0x00, 0x1f]);
  expect(colorAt(47, 47)).toEqual([128, 128, 128]);
});

test("the Plotly figure has plain numbers, null for values that JSON does not have, and escaped names", () => {
  const values = [1, NaN, 3, 4, 5, 6];
  const source = { name: "<b>A", shape: [1, 2, 3], dtype: "float32", data: values };
  const figure = view.tensorBundle(source, "")[view.mimeTypes.plotly] as {
    data: { z: unknown }[];
    layout: { title: { text: string }; xaxis: object; yaxis: object };
  };
  expect(figure.data[0]!.z).toEqual([
    [1, null, 3],
    [4, 5, 6],
  ]);
  expect(figure.layout.title.text).toBe("&lt;b>A: float32 [1, 2, 3]");
  expect(figure.layout.xaxis).toMatchObject({ title: { text: "axis 2" } });
  expect(figure.layout.yaxis).toMatchObject({ title: { text: "axis 1" } });
});

test("an empty tensor and a scalar can be shown", () => {
  const empty = view.tensorBundle({ shape: [0, 4], dtype: "int32", data: [] }, "");
  expect(empty["text/html"]).toContain("no elements");
  expect(empty).not.toHaveProperty([view.mimeTypes.plotly]);
  const scalar = view.tensorBundle({ shape: [], dtype: "int64", data: [5n] }, "");
  expect(numbers(tensorOf(scalar).values)).toEqual([5]);
});

test("a tensor with the wrong number of values is refused", () => {
  expect(() => view.tensorBundle({ shape: [2, 2], dtype: "int8", data: [1, 2, 3] }, "")).toThrow(
    "a tensor of shape [2, 2] has 4 elements, but its data has 3",
  );
});

test("a difference of two tensors shows where and by how much they differ", () => {
  const shape = [2, 2];
  const bundle = view.tensorDiffBundle(
    { name: "C", shape, dtype: "int32", data: [1, 2, 3, 4] },
    { name: "expected", shape, dtype: "int32", data: [1, 0, 3, 8] },
  );
  const diff = bundle[view.mimeTypes.tensorDiff] as view.TensorDiffView;
  expect(diff).toMatchObject({ mismatches: 2, maxAbsolute: 4, maxRelative: 0.5 });
  expect(diff.first).toEqual([
    { index: [0, 1], actual: "2", expected: "0" },
    { index: [1, 1], actual: "4", expected: "8" },
  ]);
  expect(numbers(diff.values)).toEqual([0, 2, 0, -4]);
  expect(bundle["text/plain"]).toBe("elements that differ: 2 of 4");
});

test("one wrong element among a million survives the reduction", () => {
  const expected = new Float32Array(1024 * 1024);
  const actual = expected.slice();
  actual[123_457] = -1;
  const shape = [1024, 1024];
  const bundle = view.tensorDiffBundle(
    { shape, dtype: "float32", data: actual },
    { shape, dtype: "float32", data: expected },
  );
  const diff = bundle[view.mimeTypes.tensorDiff] as view.TensorDiffView;
  expect(diff.first).toEqual([{ index: [120, 577], actual: "-1", expected: "0" }]);
  expect(numbers(diff.values).filter((value) => value === -1)).toHaveLength(1);
});

test("64-bit integers that round to the same double are still distinguished", () => {
  const diff = view.tensorDiffBundle(
    { shape: [1], dtype: "int64", data: [2n ** 60n] },
    { shape: [1], dtype: "int64", data: [2n ** 60n + 1n] },
  );
  expect(diff["text/plain"]).toBe("elements that differ: 1 of 1");
});

test("tolerances excuse small differences, NaN equals NaN only", () => {
  const of = (actual: number[], expected: number[]) =>
    view.tensorDiffBundle(
      { shape: [2], dtype: "float32", data: actual },
      { shape: [2], dtype: "float32", data: expected },
      { rtol: 1e-3 },
    )["text/plain"];
  expect(of([1.0001, NaN], [1, NaN])).toBe("all 2 elements agree");
  expect(of([1.01, NaN], [1, 0])).toBe("elements that differ: 2 of 2");
});

test("tensors of different shapes have no difference", () => {
  const tensor = (shape: number[]) => ({ shape, dtype: "int8", data: [1, 2, 3, 4] });
  expect(() => view.tensorDiffBundle(tensor([4]), tensor([2, 2]))).toThrow(
    "tensors of shapes [4] and [2, 2] cannot be compared",
  );
});

test("an array on a device is shown as a heatmap with its text, a freed array only as text", () => {
  const array = NDArray.of(np.array([[1, -2]], "float16"), new CpuDevice(0));
  type Shows = Record<symbol, () => view.MimeBundle>;
  const bundle = (array as unknown as Shows)[Symbol.for("Jupyter.display")]!();
  expect(numbers(tensorOf(bundle).values)).toEqual([1, -2]);
  expect(bundle["text/plain"]).toBe(String(array));
  array.free();
  expect(Object.keys((array as unknown as Shows)[Symbol.for("Jupyter.display")]!())).toEqual([
    "text/plain",
  ]);
});

test("heatmap and difference take arrays of np and have a text for terminals", () => {
  const a = np.array([1, 2, 3]);
  expect(String(view.heatmap(a, "A"))).toBe(String(a));
  expect(String(view.difference(a, np.array([1, 2, 4])))).toBe("elements that differ: 1 of 3");
});
