/** The outcome of a random program: right numbers, a refusal, or a fault. */

import { lower, tir, UsageError, type IRModule, type PassInstrument } from "tvm-ts";
import { interpret } from "../../../lib/tvm-ts/src/codegen";
import { makeArray } from "../interpreted";
import { PlainEvaluator } from "../plain-te";
import { randomProgram, type RandomProgram } from "./index";

export interface Outcome {
  readonly program: RandomProgram;
  /** The refusals of commands, and of the program as a whole. */
  readonly refusals: readonly string[];
  readonly isRefused: boolean;
  readonly module?: IRModule;
}

/**
 * Builds, lowers and runs a program in the interpreter, for which an access outside of an array or
 * an allocation is an error, and compares with the values of the declaration.
@throws Error for any outcome except right numbers or a refusal.
 */
export function outcomeOf(
  numbers: readonly number[],
  instruments: readonly PassInstrument[] = [],
): Outcome {
  const refusals: string[] = [];
  const program = randomProgram(numbers, ({ sentence }) => refusals.push(sentence));
  const { declaration, simpleMode } = program;
  const context = instruments.reduce(
    (inner, instrument) => inner.withInstrument(instrument),
    program.context,
  );
  let module: IRModule;
  try {
    module = lower(program.schedule, declaration.args, { simpleMode, context });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { program, refusals: [...refusals, error.sentence], isRefused: true };
  }
  const [func] = module.functions.values();
  const problems = tir.verifyFunc(func!);
  // A stage outside of the threads that split it is lowered, and refused when code is generated.
  const outsideThreads = problems.find((problem) => problem === OUTSIDE_THREADS);
  if (outsideThreads !== undefined) {
    return { program, refusals: [...refusals, outsideThreads], isRefused: true };
  }
  checkResults(program, module, "lowered");
  if (problems.length > 0) throw new Error(`not well-formed: ${problems.join("; ")}`);
  return { program, refusals, isRefused: false, module };
}

const OUTSIDE_THREADS = "variable vthread is not defined here";

const UNTOUCHED = -77777;

/** The arrays of a call: inputs with their data, outputs with a value that is never computed. */
export function arraysOf({ declaration }: RandomProgram): {
  data: Int32Array;
  shape: readonly number[];
}[] {
  const plain = plainOf(declaration);
  return declaration.args.map((tensor) => {
    const shape = plain.shapeOf(tensor);
    const data = makeArray(shape, "int32").data as Int32Array;
    const input = declaration.inputs.get(tensor);
    if (input === undefined) data.fill(UNTOUCHED);
    else data.set(input);
    return { data, shape };
  });
}

function plainOf({ inputs, sizes, scans }: RandomProgram["declaration"]): PlainEvaluator {
  return new PlainEvaluator({ arrays: inputs, sizes }, scans);
}

const expectedOf = new WeakMap<RandomProgram, number[][]>();

/** @throws Error when the arguments do not have the expected values after the module ran. */
export function checkResults(program: RandomProgram, module: IRModule, when: string): void {
  const arrays = arraysOf(program);
  const [func] = module.functions.values();
  interpret(func!, arrays, { unwritten: 0xcd });
  compare(program, arrays, when);
}

/** @throws Error when arrays do not have the values that the program must leave in its arguments. */
export function compare(
  program: RandomProgram,
  arrays: readonly { data: Int32Array }[],
  when: string,
): void {
  const { args, inputs } = program.declaration;
  let expected = expectedOf.get(program);
  if (expected === undefined) {
    const plain = plainOf(program.declaration);
    expected = args.map((tensor) => [...(inputs.get(tensor) ?? plain.values(tensor))]);
    expectedOf.set(program, expected);
  }
  args.forEach((tensor, i) => {
    const wanted = expected[i]!;
    const at = wanted.findIndex((value, element) => value !== arrays[i]!.data[element]);
    if (at < 0) return;
    throw new Error(
      `${when}: element ${at} of ${tensor.name} is ${arrays[i]!.data[at]}, not ${wanted[at]}`,
    );
  });
}
