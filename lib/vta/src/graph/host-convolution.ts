/**
 * Large convolutions of the host as compiled code. Sums are doubles, added in the same order as by the
 * operator itself, so that the results are equal to the last bit.
 */

import { relay, te, tir, topi } from "tvm-ts";

/** A function for the host: its arguments are the parameters, then the result. */
export interface HostFunction {
  readonly schedule: te.Schedule;
  readonly args: readonly te.Tensor[];
}

/** From this number of multiply-adds on, compiling takes less time than it saves. */
const MIN_COMPILED_MACS = 4e6;
/** Filters and columns whose sums are in registers together. */
const FILTERS = 4;
const COLUMNS = 4;
const SUMS = "float64";

/** The function as compiled code, or undefined when it is computed operator by operator. */
export function hostConvolution(func: relay.Func): HostFunction | undefined {
  const calls = relay.allExprs(func.body).filter((expr) => expr.kind === "call");
  const [conv, ...behind] = calls;
  if (conv === undefined || !isCompilable(conv) || !behind.every(isElementwise)) return undefined;
  const params = func.params.map((param) => {
    const { shape, dtype } = param.type as relay.TensorType;
    return te.placeholder([...shape], { name: param.name, dtype });
  });
  const values = new Map<relay.Expr, te.Tensor>(func.params.map((param, i) => [param, params[i]!]));
  const [data, kernel] = conv.args.map((arg) => values.get(arg));
  if (data === undefined || kernel === undefined) return undefined;
  const parts = convolution(data, kernel, relay.ops.conv2dAttrs(conv.attrs));
  values.set(conv, parts.result);
  for (const call of behind) values.set(call, elementwise(call, values));
  const result = values.get(func.body)!;
  return { schedule: scheduled(result, parts), args: [...params, result] };
}

function isCompilable(call: relay.Call): boolean {
  if (!relay.isCallOf(call, "nn.conv2d") || call.type.kind !== "tensor") return false;
  const { data_layout: layout, groups, dilation } = relay.ops.conv2dAttrs(call.attrs);
  const { shape, dtype, size } = call.type;
  const [, channels, rows, columns] = (call.args[1]!.type as relay.TensorType).shape;
  return (
    layout === "NCHW" &&
    groups === 1 &&
    dilation.every((step) => step === 1) &&
    dtype === "float32" &&
    size * channels! * rows! * columns! >= MIN_COMPILED_MACS &&
    shape[1]! % FILTERS === 0 &&
    shape[3]! % COLUMNS === 0
  );
}

function isElementwise(call: relay.Call): boolean {
  return ["add", "multiply", "nn.relu"].some((name) => relay.isCallOf(call, name));
}

function elementwise(call: relay.Call, values: ReadonlyMap<relay.Expr, te.Tensor>): te.Tensor {
  const [x, y] = call.args.map((arg) =>
    arg.kind === "constant" ? tir.constant(relay.scalarValue(arg), "float32") : values.get(arg)!,
  ) as [te.Tensor, te.Tensor];
  if (relay.isCallOf(call, "nn.relu")) return topi.nn.relu(x);
  return (relay.isCallOf(call, "add") ? topi.add(x, y) : topi.multiply(x, y)) as te.Tensor;
}

/** A convolution with its arrays. */
interface Convolution {
  /** The padded image, each row as its columns 0, s, 2s, ... then 1, 1 + s, ...; s is the stride. */
  readonly image: te.Tensor;
  readonly kernel: te.Tensor;
  readonly sums: te.Tensor;
  readonly result: te.Tensor;
}

function convolution(
  data: te.Tensor,
  weight: te.Tensor,
  attrs: relay.ops.Conv2DAttrs,
): Convolution {
  const [n, c, h, w] = lengthsOf(data);
  const [filters, , kh, kw] = lengthsOf(weight);
  const [stepY, stepX] = attrs.strides;
  const [top, left, bottom, right] = relay.ops.allPadding(attrs.padding);
  const rows = Math.floor((h + top + bottom - kh) / stepY) + 1;
  const columns = Math.floor((w + left + right - kw) / stepX) + 1;
  const width = columns + Math.floor((kw - 1) / stepX);
  const image = te.compute(
    [n, c, (rows - 1) * stepY + kh, stepX, width],
    (b, channel, y, phase, x) => {
      const [row, column] = [y!.sub(top), x!.mul(stepX).add(phase!).sub(left)];
      const inside = tir.all(row.ge(0), row.lt(h), column.ge(0), column.lt(w));
      const value = data(b!, channel!, row, column).astype(SUMS);
      return tir.ifThenElse(inside, value, tir.constant(0, SUMS));
    },
    "image",
  );
  const kernel = te.compute(weight.shape, (...i) => weight(...i).astype(SUMS), "kernel64");
  const channel = te.reduceAxis([0, c], "channel");
  const i = te.reduceAxis([0, kh], "i");
  const j = te.reduceAxis([0, kw], "j");
  const sums = te.compute(
    [n, filters, rows, columns],
    (b, f, y, x) =>
      te.sum(
        image(
          ...[b!, channel, y!.mul(stepY).add(i)],
          ...[j.floorMod(stepX), x!.add(j.floorDiv(stepX))],
        ).mul(kernel(f!, channel, i, j)),
        [channel, i, j],
      ),
    "sums",
  );
  const result = te.compute(sums.shape, (...at) => sums(...at).astype("float32"), {
    name: "T_cast",
    tag: topi.tag.ELEMWISE,
  });
  return { image, kernel, sums, result };
}

function lengthsOf(tensor: te.Tensor): [number, number, number, number] {
  return tensor.shape.map((extent) => tir.constIntValue(extent)!) as [
    number,
    number,
    number,
    number,
  ];
}

type Axis = te.Stage["leafIterVars"][number];

function scheduled(output: te.Tensor, { image, kernel, sums }: Convolution): te.Schedule {
  const s = te.createSchedule(output.op);
  const kept = [output, image, kernel, sums].map(({ op }) => op);
  for (const stage of s.stages) {
    if (stage.op.kind === "compute" && !kept.includes(stage.op)) stage.computeInline();
  }
  const out = s.stage(output);
  const [n, f, y, x] = out.op.axis as [Axis, Axis, Axis, Axis];
  const [fTile, fIn] = out.split(f, { factor: FILTERS });
  const [xTile, xIn] = out.split(x, { factor: COLUMNS });
  out.reorder(n, y, fTile, xTile, fIn, xIn).vectorize(xIn);
  const conv = s.stage(sums).computeAt(out, xTile);
  const [sn, sf, sy, sx] = conv.op.axis as [Axis, Axis, Axis, Axis];
  const [channel, i, j] = conv.op.reduceAxis as [Axis, Axis, Axis];
  conv.reorder(sn, sy, channel, i, j, sf, sx).unroll(j).unroll(sf).vectorize(sx);
  return s;
}
