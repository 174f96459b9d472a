/**
 * Converts the arguments of a call to the words that compiled code takes, with the checks of the
 * reference's packed functions: count, kind, device, type, number of dimensions, every length and
 * stride, and that a size variable has the same value everywhere.
 */

import type { BufferParam, FunctionRecord, ScalarParam, SizeRecord } from "../artifact";
import { UsageError } from "../support";
import { deviceName, type Device, type Word } from "./device";
import { ELEMENTS } from "./element";
import { NDArray, rowMajor } from "./ndarray";

/** What a compiled function takes. */
export type Argument = NDArray | number | bigint | boolean;

export interface BoundArguments {
  /** The device of the arrays; `undefined` without arrays. */
  readonly device: Device | undefined;
  /** The words after the frame: parameters, then size variables. */
  readonly words: readonly Word[];
}

/**
 * Checks the arguments of a call.
 * @throws UsageError that names the argument, the expected value, and the actual value.
 */
export function bindArguments(func: FunctionRecord, args: readonly Argument[]): BoundArguments {
  const { params } = func;
  if (args.length !== params.length) {
    const names = params.map((param) => param.name).join(", ");
    throw new UsageError(
      "call-count",
      `${func.name} takes ${params.length} arguments (${names}), but ${args.length} ${args.length === 1 ? "was" : "were"} given`,
    );
  }
  const words: Word[] = [];
  const sizes = new Map<string, { value: number; from: string }>();
  let device: Device | undefined;
  params.forEach((param, i) => {
    const arg = args[i]!;
    const place = `argument ${i + 1} of ${func.name} (${param.name})`;
    if (param.kind === "scalar") {
      const word = scalarWord(param, arg, place);
      words.push(word);
      sizes.set(param.name, { value: Number(word), from: param.name });
      return;
    }
    const array = checkedArray(param, arg, place);
    device ??= array.device;
    if (array.device !== device) {
      throw new UsageError(
        "call-device",
        `${place} is on ${deviceName(array.device)}, but the arrays before it are on ` +
          `${deviceName(device)}; all must be on one device`,
      );
    }
    words.push(array.address);
  });
  for (const { name, dtype, param, field, axis } of func.symbols) {
    const value = symbolValue(params[param] as BufferParam, args[param] as NDArray, field, axis);
    sizes.set(name, { value, from: params[param]!.name });
    words.push(wordOf(dtype, value));
  }
  params.forEach((param, i) => {
    if (param.kind !== "buffer") return;
    checkSizes(
      param,
      args[i] as NDArray,
      sizes,
      `argument ${i + 1} of ${func.name} (${param.name})`,
    );
  });
  return { device, words };
}

type Sizes = ReadonlyMap<string, { readonly value: number; readonly from: string }>;

function wordOf(dtype: string, value: number): Word {
  return dtype === "int64" || dtype === "uint64" ? BigInt(value) : value;
}

function scalarWord({ dtype }: ScalarParam, arg: Argument, place: string): Word {
  if (arg instanceof NDArray)
    throw new UsageError("call-type", `${place} must be a ${dtype}, not an array`);
  const plain = typeof arg === "boolean" ? Number(arg) : arg;
  if (dtype.startsWith("float")) {
    if (typeof plain === "number") return plain;
    throw new UsageError(
      "call-type",
      `${place} must be a ${dtype}: pass a number, not ${describe(arg)}`,
    );
  }
  const whole = typeof plain === "bigint" || (typeof plain === "number" && Number.isInteger(plain));
  const { bits, code } = ELEMENTS[dtype as keyof typeof ELEMENTS] ?? { bits: 32, code: 0 };
  const low = code === 0 ? -(2 ** (bits - 1)) : 0;
  const high = code === 0 ? 2 ** (bits - 1) : 2 ** bits;
  if (!whole || plain < low || plain >= high) {
    throw new UsageError("call-type", `${place} must be a ${dtype}, not ${describe(arg)}`);
  }
  return bits === 64 ? BigInt(plain) : Number(plain);
}

function checkedArray(param: BufferParam, arg: Argument, place: string): NDArray {
  if (!(arg instanceof NDArray)) {
    throw new UsageError(
      "call-type",
      `${place} must be an array of ${param.dtype}, not ${describe(arg)}; make one with ` +
        `tvm.nd.array(data, device)`,
    );
  }
  if (arg.dtype !== param.dtype) {
    throw new UsageError(
      "call-type",
      `${place} must be of type ${param.dtype}, but is ${arg.dtype}; convert the data with ` +
        `.astype("${param.dtype}") first`,
    );
  }
  if (arg.ndim !== param.shape.length) {
    throw new UsageError(
      "call-shape",
      `${place} must have ${param.shape.length} dimensions (${shapeText(param.shape)}), but has ` +
        `${arg.ndim} (${shapeText(arg.shape)})`,
    );
  }
  return arg;
}

function symbolValue(
  param: BufferParam,
  array: NDArray,
  field: "shape" | "strides" | "elemOffset",
  axis: number,
): number {
  switch (field) {
    case "shape":
      return array.shape[axis]!;
    case "strides":
      return strideOf(param, array, axis);
    case "elemOffset":
      // An array's address is that of its first element, so its offset is 0.
      return 0;
  }
}

function strideOf({ autoBroadcast }: BufferParam, array: NDArray, axis: number): number {
  return autoBroadcast === true && array.shape[axis] === 1 ? 0 : rowMajor(array.shape)[axis]!;
}

function checkSizes(param: BufferParam, array: NDArray, sizes: Sizes, place: string): void {
  param.shape.forEach((size, axis) => {
    const needed = evaluate(size, sizes);
    if (needed === array.shape[axis]) return;
    throw new UsageError(
      "call-shape",
      `${place} must have shape ${shapeText(param.shape)}${valuesText(param.shape, sizes)}, but has ` +
        `${shapeText(array.shape)}: dimension ${axis} must be ${needed}, not ${array.shape[axis]}`,
    );
  });
  param.strides?.forEach((stride, axis) => {
    const needed = evaluate(stride, sizes);
    const actual = strideOf(param, array, axis);
    if (needed === actual) return;
    throw new UsageError(
      "call-shape",
      `${place} must have a stride of ${needed} elements in dimension ${axis}, but has ${actual}`,
    );
  });
  const offset = evaluate(param.elemOffset, sizes);
  if (offset !== 0) {
    throw new UsageError("call-shape", `${place} needs elemOffset ${offset}; arrays always have 0`);
  }
}

function evaluate(size: SizeRecord, sizes: Sizes): number {
  if (typeof size === "number") return size;
  if (typeof size === "string") return sizes.get(size)!.value;
  const [operator, left, right] = size;
  const a = evaluate(left, sizes);
  const b = evaluate(right, sizes);
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "floordiv":
      return Math.floor(a / b);
    case "floormod":
      return a - Math.floor(a / b) * b;
    case "truncdiv":
      return Math.trunc(a / b);
    case "truncmod":
      return a % b;
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
  }
}

const SIGNS = {
  add: "+",
  sub: "-",
  mul: "*",
  floordiv: "//",
  floormod: "%",
  truncdiv: "/",
  truncmod: "mod",
  min: "min",
  max: "max",
} as const;

function sizeText(size: SizeRecord): string {
  if (typeof size !== "object") return String(size);
  const [operator, a, b] = size;
  return `(${sizeText(a)} ${SIGNS[operator]} ${sizeText(b)})`;
}

/** A parameter's type: `int32`, `int8[4, n]`. */
export function typeText(param: BufferParam | ScalarParam): string {
  return param.kind === "scalar" ? param.dtype : param.dtype + shapeText(param.shape);
}

function shapeText(shape: readonly SizeRecord[]): string {
  return `[${shape.map(sizeText).join(", ")}]`;
}

/** ` with n = 8 (from A)` for the variables of a shape. */
function valuesText(shape: readonly SizeRecord[], sizes: Sizes): string {
  const names = new Set<string>();
  const collect = (size: SizeRecord): void => {
    if (typeof size === "string") names.add(size);
    else if (typeof size === "object") size.slice(1).forEach((part) => collect(part as SizeRecord));
  };
  shape.forEach(collect);
  const texts = [...names].map((name) => {
    const { value, from } = sizes.get(name)!;
    return `${name} = ${value} (from ${from})`;
  });
  return texts.length === 0 ? "" : ` with ${texts.join(", ")}`;
}

function describe(value: unknown): string {
  if (value instanceof NDArray) return "an array on a device";
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  return `a value of type ${value.constructor?.name ?? "object"}`;
}
