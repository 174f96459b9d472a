/** Operators that move elements. */

import { constant, Tuple } from "../relay-expr";
import type { Converter } from "./convert-nn";
import type { OnnxNode } from "./node";

const concat: Converter = (node) => {
  const fields = Array.from({ length: node.inputCount }, (_, i) => node.input(i));
  const axis = node.int("axis", node.opset < 4 ? 1 : undefined);
  return [node.call("concatenate", [new Tuple(fields)], { axis })];
};

const flatten: Converter = (node) => {
  const { shape } = node.tensorType(0);
  const axis = node.int("axis", 1);
  if (axis < -shape.length || axis > shape.length) {
    throw node.error(`axis ${axis} is not an axis of [${shape.join(", ")}]`);
  }
  const front = axis < 0 ? axis + shape.length : axis;
  if (front === 1) return [node.call("nn.batch_flatten", [node.input(0)])];
  const outer = shape.slice(0, front).reduce((a, b) => a * b, 1);
  const inner = shape.slice(front).reduce((a, b) => a * b, 1);
  return [node.call("reshape", [node.input(0)], { newshape: [outer, inner], allowzero: true })];
};

const reshape: Converter = (node) => [
  node.call("reshape", [node.input(0)], {
    newshape: node.constantList(1),
    allowzero: node.int("allowzero", 0) !== 0,
  }),
];

const transpose: Converter = (node) => [
  node.call("transpose", [node.input(0)], { axes: node.ints("perm") ?? null }),
];

/** Axes are an attribute in older files and an input in newer ones. */
function axesOf(node: OnnxNode): number[] | undefined {
  return node.opset < 13 ? node.ints("axes") : node.optionalList(1);
}

const squeeze: Converter = (node) => [
  node.call("squeeze", [node.input(0)], { axis: axesOf(node) ?? null }),
];

const unsqueeze: Converter = (node) => {
  const axes = axesOf(node);
  if (axes === undefined) throw node.error("its axes are missing");
  const rank = node.tensorType(0).shape.length + axes.length;
  const front = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  if (new Set(front).size !== front.length || front.some((axis) => axis < 0 || axis >= rank)) {
    throw node.error(`axes [${axes.join(", ")}] are not ${axes.length} axes of ${rank}`);
  }
  let result = node.input(0);
  for (const axis of front) result = node.call("expand_dims", [result], { axis });
  return [result];
};

const pad: Converter = (node) => {
  const { shape, dtype } = node.tensorType(0);
  const pads = node.opset < 11 ? (node.ints("pads") ?? []) : node.constantList(1);
  const given = node.opset < 18 ? undefined : node.optionalList(3);
  const axes = (given ?? shape.map((_, d) => d)).map((axis) =>
    axis < 0 ? axis + shape.length : axis,
  );
  if (pads.length !== 2 * axes.length) {
    throw node.error(
      `it has ${pads.length} pads; ${axes.length} dimensions take ${2 * axes.length}`,
    );
  }
  const widths = shape.map((_, d) => {
    const at = axes.indexOf(d);
    return at < 0 ? [0, 0] : [pads[at]!, pads[at + axes.length]!];
  });
  const value =
    node.opset < 11
      ? constant(node.float("value", 0), dtype)
      : (node.optional(2) ?? constant(0, dtype));
  const attrs = { pad_width: widths, pad_mode: node.string("mode", "constant") };
  return [node.call("nn.pad", [node.input(0), value], attrs)];
};

const depthToSpace: Converter = (node) => {
  const mode = node.string("mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD") throw node.error(`mode is '${mode}'; it can be DCR or CRD`);
  const attrs = { block_size: node.int("blocksize"), mode };
  return [node.call("nn.depth_to_space", [node.input(0)], attrs)];
};

const resize: Converter = (node) => {
  const mode = node.string("mode", "nearest");
  if (mode !== "nearest") throw node.error(`mode '${mode}' is not supported; it must be 'nearest'`);
  const { shape } = node.tensorType(0);
  if (shape.length !== 4)
    throw node.error(`its data has ${shape.length} dimensions; images have 4`);
  const axes = (node.ints("axes") ?? [0, 1, 2, 3]).map((axis) => (axis < 0 ? axis + 4 : axis));
  const scales = listed(node, node.opset < 11 ? 1 : 2);
  const sizes = node.opset < 11 ? undefined : listed(node, 3);
  const perAxis = scales ?? sizes;
  if (perAxis?.length !== axes.length) {
    throw node.error(`it needs one scale or size for each of ${axes.length} axes`);
  }
  const scale = shape.map((length, d) => {
    const at = axes.indexOf(d);
    if (at < 0) return 1;
    return scales === undefined ? sizes![at]! / length : scales[at]!;
  });
  const policy = node.string("keep_aspect_ratio_policy", "stretch");
  if (sizes !== undefined && scales === undefined && policy !== "stretch") {
    const choose = policy === "not_larger" ? Math.min : Math.max;
    const common = choose(...axes.map((d) => scale[d]!));
    for (const d of axes) scale[d] = common;
  }
  const round = policy === "stretch" ? Math.floor : Math.round;
  const size = shape.map((length, d) =>
    scales === undefined && policy === "stretch"
      ? (sizes![axes.indexOf(d)] ?? length)
      : round(length * scale[d]!),
  );
  if (size[0] !== shape[0] || size[1] !== shape[1]) {
    throw node.error("batch and channels cannot be resized, only height and width");
  }
  const old = node.opset < 11;
  return [
    node.call("image.resize2d", [node.input(0)], {
      size: size.slice(2),
      scale: scale.slice(2),
      coordinate_transformation_mode: old
        ? "asymmetric"
        : node.string("coordinate_transformation_mode", "half_pixel"),
      rounding_method: old ? "floor" : node.string("nearest_mode", "round_prefer_floor"),
    }),
  ];
};

/** An optional input, undefined if it is missing or empty. */
function listed(node: OnnxNode, i: number): number[] | undefined {
  const values = node.optionalList(i);
  return values?.length === 0 ? undefined : values;
}

export const SHAPE_CONVERTERS: Readonly<Record<string, Converter>> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Flatten: flatten,
  Pad: pad,
  Reshape: reshape,
  Resize: resize,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
