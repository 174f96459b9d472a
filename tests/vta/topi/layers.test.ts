/** Layers of ResNet-18, MobileNet and DCGAN on the accelerator, compared with plain loops. */

import { beforeAll, describe, expect, test } from "vitest";
import { np, ready, te, topi } from "tvm-ts";
import * as vta from "vta-ts";
import { inputData } from "../../support/golden-data";
import {
  convolution,
  finished,
  matrixProduct,
  outputSize,
  transposedConvolution,
  transposedSize,
  type ConvSizes,
} from "../../support/plain-layers";
import { runOnVta } from "../../support/vta-run";

const env = vta.getEnv();
const { BATCH, BLOCK_IN, BLOCK_OUT, inpDtype, wgtDtype, accDtype, outDtype } = env;

beforeAll(() => ready());

/** After the sums: a shift, the bias, limits, the output's type. */
function epilogue(sums: te.Tensor, bias?: te.Tensor): te.Tensor {
  const shifted = topi.rightShift(sums, 8);
  const biased = bias === undefined ? shifted : topi.add(shifted, bias);
  return topi.cast(vta.topi.clip(biased, 0, 127), outDtype);
}

type Inputs = Record<"data" | "kernel" | "bias", np.ndarray>;

function convInputs({ batch, size, inputs, outputs, window, groups = 1 }: ConvSizes): Inputs {
  const kernelShape = [outputs, inputs / groups, window, window];
  return {
    data: inputData([batch, inputs, size, size], inpDtype, [-128, 128, 1]),
    kernel: inputData(kernelShape, wgtDtype, [-128, 128, 2]),
    bias: inputData([outputs], accDtype, [-100, 100, 3]),
  };
}

/** A bias of the output channels, for every image of the batch. */
function packBias(bias: np.ndarray, batch: number): np.ndarray {
  const rows = np.concatenate(Array.from({ length: batch }, () => bias)).reshape(batch, bias.size);
  const packed = vta.topi.packData(rows);
  const [n, o] = packed.shape;
  return packed.reshape(n!, o!, 1, 1, BATCH, BLOCK_OUT);
}

const placeholders = ({ batch, size, inputs, outputs, window, groups = 1 }: ConvSizes) => ({
  data: te.placeholder([batch / BATCH, inputs / BLOCK_IN, size, size, BATCH, BLOCK_IN], {
    name: "data",
    dtype: inpDtype,
  }),
  kernel: te.placeholder(
    [outputs / BLOCK_OUT, inputs / groups / BLOCK_IN, window, window, BLOCK_OUT, BLOCK_IN],
    { name: "kernel", dtype: wgtDtype },
  ),
  bias: te.placeholder([batch / BATCH, outputs / BLOCK_OUT, 1, 1, BATCH, BLOCK_OUT], {
    name: "bias",
    dtype: accDtype,
  }),
});

function checkConvolution(sizes: ConvSizes, knobs: vta.topi.ConvKnobs): void {
  const { data, kernel, bias } = placeholders(sizes);
  const { pad, stride, groups } = sizes;
  const options = { strides: stride, padding: pad, outDtype: accDtype };
  const sums =
    groups === undefined
      ? vta.topi.conv2dPacked(data, kernel, options)
      : vta.topi.groupConv2dPacked(data, kernel, { ...options, groups });
  const res = epilogue(sums, bias);
  const schedule =
    groups === undefined
      ? vta.topi.scheduleConv2dPacked(res, knobs)
      : vta.topi.scheduleGroupConv2dPacked(res, knobs);
  const values = convInputs(sizes);
  const packed = [
    vta.topi.packData(values.data),
    vta.topi.packKernel(values.kernel),
    packBias(values.bias, sizes.batch),
  ];
  const { result } = runOnVta({ schedule, args: [data, kernel, bias, res] }, packed);
  const out = outputSize(sizes);
  const expected = finished(
    convolution(flat(values.data), flat(values.kernel), sizes),
    flat(values.bias),
    [sizes.batch, sizes.outputs, out, out],
  );
  np.testing.assertEqual(expected, vta.topi.unpackData(result));
}

function flat(array: np.ndarray): ArrayLike<number> {
  return array.flatten().toArray() as number[];
}

describe("ResNet-18's convolutions", () => {
  test.each<[string, number, number, number, number, number, number, vta.topi.ConvKnobs]>([
    ["C2", 56, 64, 64, 3, 1, 1, { tileH: 14, tileW: 28 }],
    ["C3", 56, 64, 128, 3, 1, 2, { tileH: 7, tileW: 28, tileCo: 4 }],
    ["C4", 56, 64, 128, 1, 0, 2, { tileH: 7, tileW: 28, tileCo: 4 }],
    ["C5", 28, 128, 128, 3, 1, 1, { tileH: 7, tileW: 28, tileCo: 4, hNthread: 2 }],
    ["C6", 28, 128, 256, 3, 1, 2, { tileH: 14, tileW: 14, tileCo: 4 }],
    ["C7", 28, 128, 256, 1, 0, 2, { tileH: 14, tileW: 14, tileCo: 4, ocNthread: 2 }],
    ["C8", 14, 256, 256, 3, 1, 1, { tileH: 14, tileW: 14, tileCo: 4, ocNthread: 2 }],
    ["C9", 14, 256, 512, 3, 1, 2, { tileH: 7, tileW: 7, tileCo: 8, ocNthread: 2 }],
    ["C10", 14, 256, 512, 1, 0, 2, { tileH: 7, tileW: 7, tileCo: 8 }],
    ["C11", 7, 512, 512, 3, 1, 1, { tileH: 7, tileW: 7, tileCo: 16 }],
  ])("%s", (_, size, inputs, outputs, window, pad, stride, knobs) => {
    checkConvolution({ batch: BATCH, size, inputs, outputs, window, pad, stride }, knobs);
  });
});

describe("MobileNet's group convolutions", () => {
  test.each<[string, number, number, number, number, vta.topi.ConvKnobs]>([
    ["D1", 112, 32, 2, 1, { tileH: 28, tileW: 56 }],
    ["D2", 112, 64, 4, 2, { tileH: 7, tileW: 56 }],
    ["D3", 56, 128, 8, 1, { tileH: 28, tileW: 56 }],
    ["D4", 56, 128, 8, 2, { tileH: 14, tileW: 28 }],
    ["D5", 28, 256, 16, 1, { tileH: 28, tileW: 28 }],
    ["D6", 28, 256, 16, 2, { tileH: 14, tileW: 14 }],
    ["D7", 14, 512, 32, 1, { tileH: 14, tileW: 14, ocNthread: 2 }],
    ["D8", 14, 512, 32, 2, { tileH: 7, tileW: 7 }],
    ["D9", 7, 1024, 64, 1, { tileH: 7, tileW: 7 }],
  ])("%s", (_, size, channels, groups, stride, knobs) => {
    const sizes = {
      batch: BATCH,
      size,
      inputs: channels,
      outputs: channels,
      window: 3,
      pad: 1,
      stride,
    };
    checkConvolution({ ...sizes, groups }, knobs);
  });
});

describe("DCGAN's transposed convolutions", () => {
  test.each<[string, number, number, number, vta.topi.ConvKnobs]>([
    ["CT1", 4, 1024, 512, { tileH: 8, tileW: 8, tileCo: 1, ocNthread: 2 }],
    ["CT2", 8, 512, 256, { tileH: 16, tileW: 16, tileCo: 1 }],
    ["CT3", 16, 256, 128, { tileH: 8, tileW: 32 }],
    ["rows that the unrolled loops do not divide", 5, 32, 32, { tileH: 5, tileW: 10 }],
    ["such rows, on two threads", 5, 32, 64, { tileH: 5, tileW: 10, ocNthread: 2 }],
  ])("%s", (_, size, inputs, outputs, knobs) => {
    const sizes = { batch: BATCH, size, inputs, outputs, window: 4, pad: 1, stride: 2 };
    const { data, kernel } = placeholders(sizes);
    const sums = vta.topi.conv2dTransposePacked(data, kernel, {
      strides: 2,
      padding: 1,
      outDtype: accDtype,
    });
    const res = epilogue(sums);
    const schedule = vta.topi.scheduleConv2dTransposePacked(res, knobs);
    const values = convInputs(sizes);
    const reversed = np.flip(np.flip(values.kernel, 2), 3);
    const packed = [vta.topi.packData(values.data), vta.topi.packKernel(reversed)];
    const { result } = runOnVta({ schedule, args: [data, kernel, res] }, packed);
    const out = transposedSize(sizes);
    const expected = finished(
      transposedConvolution(flat(values.data), flat(values.kernel), sizes),
      undefined,
      [BATCH, outputs, out, out],
    );
    np.testing.assertEqual(expected, vta.topi.unpackData(result));
  });
});

describe("fully connected layers", () => {
  test.each<[number, number, number, vta.topi.DenseKnobs]>([
    [1, 256, 128, { tileCi: 16, tileCo: 4 }],
    [4, 256, 128, { tileB: 4, tileCi: 16, tileCo: 4, ocNthread: 2 }],
    [16, 512, 1008, { tileB: 8, tileCi: 8, tileCo: 7 }],
    [128, 128, 128, { tileB: 16, tileCi: 8, tileCo: 8 }],
  ])("%i x %i -> %i", (batch, inputs, outputs, knobs) => {
    const data = te.placeholder([batch / BATCH, inputs / BLOCK_IN, BATCH, BLOCK_IN], {
      name: "data",
      dtype: inpDtype,
    });
    const weight = te.placeholder([outputs / BLOCK_OUT, inputs / BLOCK_IN, BLOCK_OUT, BLOCK_IN], {
      name: "weight",
      dtype: wgtDtype,
    });
    const res = epilogue(vta.topi.densePacked(data, weight, { outDtype: accDtype }));
    const schedule = vta.topi.scheduleDensePacked(res, knobs);
    const x = inputData([batch, inputs], inpDtype, [-128, 128, 1]);
    const w = inputData([outputs, inputs], wgtDtype, [-128, 128, 2]);
    const packed = [vta.topi.packData(x), vta.topi.packKernel(w)];
    const { result } = runOnVta({ schedule, args: [data, weight, res] }, packed);
    const sums = matrixProduct(flat(x), flat(w), [batch, inputs, outputs]);
    const expected = finished(sums, undefined, [batch, outputs]);
    np.testing.assertEqual(expected, vta.topi.unpackData(result));
    expect(result.dtype).toBe(outDtype);
  });
});

describe("a packed operator", () => {
  const { data, kernel } = placeholders({
    batch: BATCH,
    size: 4,
    inputs: BLOCK_IN,
    outputs: BLOCK_OUT,
    window: 2,
    pad: 0,
    stride: 1,
  });

  test("sums in the accelerator's type by default", () => {
    expect(vta.topi.conv2dPacked(data, kernel).dtype).toBe(accDtype);
    expect(vta.topi.conv2dPacked(data, kernel, { outDtype: "int16" }).dtype).toBe("int16");
    expect(vta.topi.conv2dTransposePacked(data, kernel).dtype).toBe(accDtype);
  });

  test("takes padding on two sides, not on four", () => {
    const padding = [1, 1, 2, 2] as unknown as vta.topi.Pair;
    expect(() => vta.topi.conv2dPacked(data, kernel, { padding })).toThrow(
      "conv2dPacked: padding has 4 numbers; it takes one or two",
    );
  });

  test("records the place of the user's call", () => {
    const { topi: ops } = vta;
    const matrices = [
      te.placeholder([1, 1, BATCH, BLOCK_IN], { name: "x", dtype: inpDtype }),
      te.placeholder([1, 1, BLOCK_OUT, BLOCK_IN], { name: "w", dtype: wgtDtype }),
    ] as const;
    const made = [
      ops.conv2dPacked(data, kernel),
      ops.groupConv2dPacked(data, kernel, { groups: 1 }),
      ops.conv2dTransposePacked(data, kernel),
      ops.densePacked(...matrices),
      ops.clip(data, 0, 127),
      topi.nn.dense(te.placeholder([4, 8]), te.placeholder([2, 8])),
      topi.argmax(te.placeholder([4, 8]), 1),
    ];
    for (const { name, op } of made) expect(op.span?.place?.file, name).toBe(import.meta.filename);
    // An environment makes its intrinsic once, so one that nothing has used yet is needed.
    const unused = new vta.Environment(env.config);
    expect(unused.gemm.op.span?.place?.file).toBe(import.meta.filename);
    const s = te.createSchedule(topi.nn.relu(topi.nn.relu(data)).op);
    te.autoInlineInjective(s);
    const { attachment } = s.stages[1]!;
    expect("span" in attachment && attachment.span?.place?.file).toBe(import.meta.filename);
  });
});
