/** Lowers schedules and runs the result in the interpreter, which checks every access. */

import { interpret } from "../../lib/tvm-ts/src/codegen";
import { lower, PassContext, te, type IRModule } from "tvm-ts";
import { makeArray } from "./interpreted";

/** The shapes of int32 arguments, and the values of the inputs. */
export interface RunArray {
  readonly shape: readonly number[];
  readonly data?: readonly number[];
}

/**
 * The contents of the last argument after the function of a module ran. Memory is initialized with garbage.
@throws UsageError for an access outside of an array or an allocation.
 */
export function runModule(module: IRModule, arrays: readonly RunArray[]): number[] {
  const args = arrays.map(({ shape, data }) => {
    const array = makeArray(shape, "int32");
    const elements = array.data as Int32Array;
    if (data === undefined) elements.fill(-77777);
    else elements.set(data);
    return array;
  });
  const [func] = module.functions.values();
  interpret(func!, args, { unwritten: 0xcd });
  return Array.from(args[args.length - 1]!.data as Int32Array);
}

export function runSchedule(
  schedule: te.Schedule,
  args: readonly te.Tensor[],
  arrays: readonly RunArray[],
  context = new PassContext(),
): number[] {
  return runModule(lower(schedule, args, { context }), arrays);
}

/** 0, 1, 2 and so on. */
export function counting(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
