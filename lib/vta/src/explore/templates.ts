/**
 * AutoTVM's templates for VTA under AutoTVM's names: the knobs of each in AutoTVM's order, its operation
 * count, and the schedule of each configuration.
 *
 * The measured operator is the one that the reference tunes: the packed operator, shifted right by 8,
 * limited to 0..127 and converted to int8.
 */

import { te, topi as tvmTopi, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";
import * as topi from "../topi";
import { BUS_BYTES, estimateCycles, LOAD_CYCLES } from "./estimate";
import { otherKnob, splitKnob, type Knob, type KnobValues } from "./knobs";
import { ArgumentReader } from "./template-arguments";
import type { TemplateArguments } from "../records";
import type { Refusal } from "./verdict";

/** A schedule and the tensors that its function takes, in order. */
export interface ScheduledProgram {
  readonly schedule: te.Schedule;
  readonly args: readonly te.Tensor[];
}

/** One template applied to arguments: a workload. */
export interface Workload {
  readonly knobs: readonly Knob[];
  /**
   * Operations, a multiply-add counting as two, as AutoTVM counts them: for a group convolution it
   * counts the channels of all groups.
   */
  readonly flop: number;
  /** Multiply-adds that the result needs. */
  readonly macs: number;
  /**
   * The knobs whose product is the number of accumulator elements that a step of the sum writes in sequence.
   */
  readonly elementKnobs?: readonly string[];
  /** Why these choices are not valid, as far as arithmetic on the knobs shows it. */
  refusal(values: KnobValues): Refusal | undefined;
  /** An estimate of the schedule's cycles; see `estimateCycles`. */
  estimate(values: KnobValues, env: Environment): number;
  /** The schedule with these choices, for the accelerator `env`. */
  program(values: KnobValues, env: Environment): ScheduledProgram;
}

type Template = (read: ArgumentReader) => Workload;

const SHIFT = 8;
const LIMIT = 127;
const THREADS = [1, 2];

const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);

/** The epilogue that the reference's tuning scripts append to the packed operator. */
function finish(sums: te.Tensor, env: Environment): te.Tensor {
  const shifted = tvmTopi.rightShift(sums, SHIFT);
  return tvmTopi.cast(topi.clip(shifted, 0, LIMIT), env.outDtype);
}

const placeholder = (name: string, { shape, dtype }: { shape: number[]; dtype: string }) =>
  te.placeholder(shape, { name, dtype });

function convolutionKnobs(
  [n, co, h, w]: readonly [number, number, number, number],
  inputs: number,
): Knob[] {
  return [
    splitKnob("tile_b", n),
    splitKnob("tile_h", h),
    splitKnob("tile_w", w),
    splitKnob("tile_ci", inputs),
    splitKnob("tile_co", co),
    otherKnob("oc_nthread", THREADS),
    otherKnob("h_nthread", THREADS),
  ];
}

/** The properties of a convolution that determine the cycles of its tiles. */
interface ConvolutionSizes {
  readonly batch: number;
  readonly outputs: number;
  /** Blocks of channels that are summed up. */
  readonly inputs: number;
  readonly rows: number;
  readonly columns: number;
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
}

function estimateConvolution(sizes: ConvolutionSizes, values: KnobValues, env: Environment) {
  const { batch, outputs, inputs, rows, columns, window, strides } = sizes;
  const knobs = convolutionChoices(values) as Required<topi.ConvKnobs>;
  const { tileH, tileW, tileCi, tileCo } = knobs;
  const points = tileH * tileW;
  const read =
    ((tileH - 1) * strides[0] + window[0]) * ((tileW - 1) * strides[1] + window[1]) * inputs;
  const products = tileCo * points * inputs * window[0] * window[1];
  const steps = inputs / tileCi;
  return estimateCycles(
    {
      tiles: (batch * outputs * rows * columns) / (tileCo * points),
      steps,
      inputs: read,
      weights: tileCo * inputs * window[0] * window[1],
      outputs: tileCo * points,
      rows: tileCo * (tileW === columns ? 1 : tileH),
      products,
      gemms: steps,
      threads: knobs.ocNthread * knobs.hNthread,
    },
    env,
  );
}

/** `tile_b` is a knob without effect, as in the reference's schedule. */
function convolutionChoices(values: KnobValues): topi.ConvKnobs {
  return {
    tileH: values["tile_h"] as number,
    tileW: values["tile_w"] as number,
    tileCi: values["tile_ci"] as number,
    tileCo: values["tile_co"] as number,
    ocNthread: values["oc_nthread"] as number,
    hNthread: values["h_nthread"] as number,
  };
}

/** The innermost loops of a convolution's product iterate over these tiles, inside the window's rows. */
const ELEMENT_KNOBS = ["tile_co", "tile_h"];

/** The tiles of an axis must be divided evenly between virtual threads. */
function unevenThreads(
  [axis, extent]: readonly [axis: string, extent: number],
  [tileKnob, threadKnob]: readonly [tileKnob: string, threadKnob: string],
  values: KnobValues,
): Refusal | undefined {
  const tile = values[tileKnob] as number;
  const threads = values[threadKnob] as number;
  const tiles = extent / tile;
  if (tiles % threads === 0) return undefined;
  return {
    cause: "divide",
    reason:
      `${axis} has ${tiles} ${tiles === 1 ? "tile" : "tiles"} of ${tile}, which ${threads} ` +
      `virtual threads cannot share evenly (${tileKnob} = ${tile}, ${threadKnob} = ${threads})`,
  };
}

function convolutionRefusal(co: number, rows: number, values: KnobValues): Refusal | undefined {
  const uneven =
    unevenThreads(["the axis of output channels", co], ["tile_co", "oc_nthread"], values) ??
    unevenThreads(["the axis of rows", rows], ["tile_h", "h_nthread"], values);
  if (uneven !== undefined) return uneven;
  const tiles = rows / (values["tile_h"] as number);
  // With nested threads the tokens of one tile of rows do not match those of the next.
  if (values["oc_nthread"] === 1 || values["h_nthread"] === 1 || tiles <= 2) return undefined;
  return {
    cause: "threads",
    reason:
      `virtual threads over channels and over rows at once deadlock where a thread has more than ` +
      `one tile of rows; it has ${tiles / 2} (tile_h = ${String(values["tile_h"])})`,
  };
}

function readConvolution(read: ArgumentReader) {
  const data = read.tensor("data", 6);
  const kernel = read.tensor("kernel", 6);
  const strides = read.integers("strides", [2]) as [number, number];
  const padding = read.padding("padding");
  return { data, kernel, strides, padding };
}

/** Rows or columns of a convolution's output. */
const outputExtent = (size: number, window: number, stride: number, padding: number): number =>
  Math.floor((size + 2 * padding - window) / stride) + 1;

const conv2d: Template = (read) => {
  const { data, kernel, strides, padding } = readConvolution(read);
  read.exactly("dilation", [1, 1]);
  read.layouts("layout");
  const outDtype = read.text("out_dtype");
  read.end();
  const [n, ci, h, w, batch, blockIn] = data.shape as number[];
  const [co, , kh, kw, blockOut] = kernel.shape as number[];
  const rows = outputExtent(h!, kh!, strides[0], padding[0]);
  const columns = outputExtent(w!, kw!, strides[1], padding[1]);
  const macs = product([n!, batch!, co!, blockOut!, rows, columns, ci!, blockIn!, kh!, kw!]);
  const window = [kh!, kw!] as const;
  const sizes = { batch: n!, outputs: co!, inputs: ci!, rows, columns, window, strides };
  return {
    knobs: convolutionKnobs([n!, co!, rows, columns], ci!),
    flop: 2 * macs,
    macs,
    elementKnobs: ELEMENT_KNOBS,
    refusal: (values) => convolutionRefusal(co!, rows, values),
    estimate: (values, env) => estimateConvolution(sizes, values, env),
    program(values, env) {
      const args = [placeholder("data", data), placeholder("kernel", kernel)] as const;
      const result = finish(topi.conv2dPacked(...args, { strides, padding, outDtype }), env);
      const schedule = topi.scheduleConv2dPacked(result, convolutionChoices(values), env);
      return { schedule, args: [...args, result] };
    },
  };
};

const groupConv2d: Template = (read) => {
  const { data, kernel, strides, padding } = readConvolution(read);
  read.exactly("dilation", [1, 1]);
  const groups = read.integer("groups");
  const outDtype = read.text("out_dtype");
  read.end();
  const [n, ci, h, w, batch, blockIn] = data.shape as number[];
  const [co, perGroup, kh, kw, blockOut] = kernel.shape as number[];
  const rows = outputExtent(h!, kh!, strides[0], padding[0]);
  const columns = outputExtent(w!, kw!, strides[1], padding[1]);
  const outputs = product([n!, batch!, co!, blockOut!, rows, columns]);
  const window = [kh!, kw!] as const;
  const sizes = { batch: n!, outputs: co!, inputs: perGroup!, rows, columns, window, strides };
  return {
    knobs: convolutionKnobs([n!, co!, rows, columns], perGroup!),
    flop: 2 * outputs * product([ci!, blockIn!, kh!, kw!]),
    macs: outputs * product([perGroup!, blockIn!, kh!, kw!]),
    elementKnobs: ELEMENT_KNOBS,
    refusal: (values) => convolutionRefusal(co!, rows, values),
    estimate: (values, env) => estimateConvolution(sizes, values, env),
    program(values, env) {
      const args = [placeholder("data", data), placeholder("kernel", kernel)] as const;
      const sums = topi.groupConv2dPacked(...args, { strides, padding, outDtype, groups });
      const result = finish(sums, env);
      const schedule = topi.scheduleGroupConv2dPacked(result, convolutionChoices(values), env);
      return { schedule, args: [...args, result] };
    },
  };
};

const conv2dTranspose: Template = (read) => {
  const { data, kernel, strides, padding } = readConvolution(read);
  const outDtype = read.text("out_dtype");
  read.exactly("output_padding", [0, 0]);
  read.end();
  const [n, ci, h, w, batch, blockIn] = data.shape as number[];
  const [co, , kh, kw, blockOut] = kernel.shape as number[];
  const rows = (h! - 1) * strides[0] - 2 * padding[0] + kh!;
  const columns = (w! - 1) * strides[1] - 2 * padding[1] + kw!;
  const macs = product([n!, batch!, co!, blockOut!, rows, columns, ci!, blockIn!, kh!, kw!]);
  // The load inserts zeros between its inputs.
  const unit = [1, 1] as const;
  const window = [kh!, kw!] as const;
  const sizes = { batch: n!, outputs: co!, inputs: ci!, rows, columns, window, strides: unit };
  return {
    knobs: convolutionKnobs([n!, co!, rows, columns], ci!),
    flop: 2 * macs,
    macs,
    refusal: (values) => convolutionRefusal(co!, rows, values),
    estimate: (values, env) => estimateConvolution(sizes, values, env),
    program(values, env) {
      const args = [placeholder("data", data), placeholder("kernel", kernel)] as const;
      const sums = topi.conv2dTransposePacked(...args, { strides, padding, outDtype });
      const result = finish(sums, env);
      const schedule = topi.scheduleConv2dTransposePacked(result, convolutionChoices(values), env);
      return { schedule, args: [...args, result] };
    },
  };
};

const dense: Template = (read) => {
  const data = read.tensor("data", 4);
  const weight = read.tensor("weight", 4);
  read.exactly("bias", null);
  const outDtype = read.text("out_dtype");
  read.end();
  const [n, ci, batch, blockIn] = data.shape as number[];
  const [co, , blockOut] = weight.shape as number[];
  const macs = product([n!, batch!, co!, blockOut!, ci!, blockIn!]);
  return {
    knobs: [
      splitKnob("tile_b", n!),
      splitKnob("tile_ci", ci!),
      splitKnob("tile_co", co!),
      otherKnob("oc_nthread", THREADS),
    ],
    flop: 2 * macs,
    macs,
    refusal: (values) =>
      unevenThreads(["the axis of outputs", co!], ["tile_co", "oc_nthread"], values),
    estimate(values, env) {
      const [tileB, tileCo] = [values["tile_b"] as number, values["tile_co"] as number];
      const steps = ci! / (values["tile_ci"] as number);
      return estimateCycles(
        {
          tiles: (n! * co!) / (tileB * tileCo),
          steps,
          inputs: tileB * ci!,
          weights: tileCo * ci!,
          outputs: tileB * tileCo,
          rows: tileB,
          products: tileB * tileCo * ci!,
          gemms: steps,
          threads: values["oc_nthread"] as number,
        },
        env,
      );
    },
    program(values, env) {
      const args = [placeholder("data", data), placeholder("weight", weight)] as const;
      const result = finish(topi.densePacked(...args, { outDtype }), env);
      const knobs: topi.DenseKnobs = {
        tileB: values["tile_b"] as number,
        tileCi: values["tile_ci"] as number,
        tileCo: values["tile_co"] as number,
        ocNthread: values["oc_nthread"] as number,
      };
      return { schedule: topi.scheduleDensePacked(result, knobs, env), args: [...args, result] };
    },
  };
};

/** An operation on elements of packed integers; `estimate` counts what it moves. */
function elementwise(operation: (a: te.Tensor, b: te.Tensor) => te.Tensor): Template {
  return (read) => {
    const lhs = read.tensor("lhs", 6);
    const rhs = read.tensor("rhs", 6);
    read.end();
    const [, co, h, w] = lhs.shape as number[];
    const elements = product(lhs.shape);
    return {
      knobs: [splitKnob("tile_co", co!), splitKnob("tile_h", h!), splitKnob("tile_w", w!)],
      flop: elements,
      macs: 0,
      refusal: () => undefined,
      estimate(values, env) {
        const tile = ["tile_co", "tile_h", "tile_w"].map((name) => values[name] as number);
        const tiles = (co! * h! * w!) / product(tile);
        const bytes = (2 * elements * env.ACC_ELEM_BYTES) / (env.BATCH * env.BLOCK_OUT);
        return bytes / BUS_BYTES + tiles * LOAD_CYCLES * 2;
      },
      program(values, env) {
        const args = [placeholder("lhs", lhs), placeholder("rhs", rhs)] as const;
        const result = tvmTopi.cast(operation(...args), env.outDtype);
        const knobs = {
          tileCo: values["tile_co"] as number,
          tileH: values["tile_h"] as number,
          tileW: values["tile_w"] as number,
        };
        return { schedule: topi.scheduleAluPacked(result, knobs, env), args: [...args, result] };
      },
    };
  };
}

const templates: ReadonlyMap<string, Template> = new Map([
  ["conv2d_packed.vta", conv2d],
  ["group_conv2d_packed.vta", groupConv2d],
  ["conv2d_transpose_packed.vta", conv2dTranspose],
  ["dense_packed.vta", dense],
  ["add.vta", elementwise(tvmTopi.add)],
  // The hardware's ALU does not multiply: such a program does not end on hardware, so its trials fail.
  ["multiply.vta", elementwise(tvmTopi.multiply)],
]);

/** The names of the templates. */
export const templateNames: readonly string[] = [...templates.keys()];

/**
 * The workload of template `task` with `args`, written as AutoTVM writes them.
 * @throws UsageError when there is no such template, or the arguments do not fit it.
 */
export function workload(task: string, args: TemplateArguments): Workload {
  const template = templates.get(task);
  if (template === undefined) {
    throw new UsageError(
      "explore-space",
      `there is no template ${task}; there are ${templateNames.join(", ")}`,
    );
  }
  return template(new ArgumentReader(task, args));
}
