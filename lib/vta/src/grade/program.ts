/** Calls a built function with arrays of its parameters' shapes. */

import { nd, runtime, TvmError, UsageError, type Device, type NDArray } from "tvm-ts";
import { extDev } from "../api";
import { Check } from "./check";

type Artifact = runtime.Module["record"];
export type ArrayParam = Extract<
  Artifact["functions"][number]["params"][number],
  { kind: "buffer" }
>;

/** A built function with its parameters. */
export interface Program {
  readonly module: runtime.Module;
  readonly params: readonly ArrayParam[];
}

/** The program of a module, or the failed check if it cannot be called. */
export function programOf(f: unknown): Program | Check {
  if (!(f instanceof runtime.Module)) {
    return Check.of(0, "this is not a built function; build the schedule with vta.build(s, [...])");
  }
  const { functions, entry } = f.record;
  const params = functions.find(({ name }) => name === entry)?.params ?? [];
  const buffers = params.filter((param): param is ArrayParam => param.kind === "buffer");
  if (buffers.length !== params.length || buffers.some(({ shape }) => !isConstant(shape))) {
    return Check.of(0, "only functions of arrays of constant shapes can be checked");
  }
  return { module: f, params: buffers };
}

function isConstant(shape: ArrayParam["shape"]): shape is readonly number[] {
  return shape.every((extent) => typeof extent === "number");
}

export function arrayShape({ shape }: ArrayParam): readonly number[] {
  return shape as readonly number[];
}

/**
 * Arrays of zeros for a call of `f`, to measure its cost.
 * @param f a built function of arrays of constant shapes
 * @throws UsageError for anything else
 */
export function argumentsOf(f: runtime.Module, device: Device = extDev()): NDArray[] {
  const program = programOf(f);
  if (program instanceof Check) throw new UsageError("grade", program.message);
  return emptyArrays(program, device);
}

/** The result of `body` with arrays of zeros on `device`, which are freed afterwards. */
export function withArrays<T>(program: Program, device: Device, body: (arrays: NDArray[]) => T): T {
  const arrays = emptyArrays(program, device);
  try {
    return body(arrays);
  } finally {
    for (const array of arrays) array.free();
  }
}

function emptyArrays({ params }: Program, device: Device): NDArray[] {
  return params.map((param) => nd.empty(arrayShape(param), param.dtype, device));
}

/** The failed check for a call that throws. */
export function failure(error: unknown): Check {
  const reason = error instanceof TvmError ? error.sentence : String(error);
  return Check.of(0, `calling the function failed: ${reason}`);
}
