/**
 * The operators that follow a packed one (shift, bias, limits, conversion): which there are, and how
 * they are put onto the ALU.
 */

import { topi, UsageError, type te } from "tvm-ts";
import type { Environment } from "../compiler";

/** An output, seen as one packed operator and what is done to its elements. */
export interface PackedOperator {
  readonly output: te.Tensor;
  /** What the packed operator computes. */
  readonly main: te.Tensor;
  /** Operators on elements, the last one first, without the output itself. */
  readonly elementwise: readonly te.Operation[];
  /** Among them those without axes: constants. */
  readonly constants: readonly te.Operation[];
  /** Arguments that operators on elements read, each with its reader. */
  readonly inputs: readonly (readonly [reader: te.Operation, tensor: te.Tensor])[];
}

/** @throws UsageError when `output` does not end in exactly one operator tagged `tag`. */
export function readPackedOperator(
  schedule: string,
  output: te.Tensor,
  tag: string,
): PackedOperator {
  const elementwise: te.Operation[] = [];
  const constants: te.Operation[] = [];
  const inputs: [te.Operation, te.Tensor][] = [];
  const mains: te.Operation[] = [];
  const visit = (op: te.Operation): void => {
    if (!topi.isBroadcast(op.tag)) {
      mains.push(op);
      return;
    }
    if (op !== output.op) (op.axis.length === 0 ? constants : elementwise).push(op);
    for (const tensor of op.inputTensors) {
      if (tensor.op.kind === "placeholder") inputs.push([op, tensor]);
      else visit(tensor.op);
    }
  };
  visit(output.op);
  const [main, ...others] = mains;
  if (main === undefined || others.length > 0 || main.tag !== tag) {
    const found = mains.map((op) => `${op.name} (tag "${op.tag}")`).join(", ") || "nothing";
    throw new UsageError(
      "vta-operator",
      `${schedule} takes the result of one packed operator (tag "${tag}") with operators on its ` +
        `elements behind it; behind those of ${output.name} there is ${found}`,
    );
  }
  if (main === output.op) {
    throw new UsageError(
      "vta-operator",
      `${schedule}: ${output.name} is what the accelerator accumulates; DRAM takes narrower values, ` +
        `so convert it: topi.cast(${output.name}, env.outDtype)`,
    );
  }
  return { output, main: main.output(0), elementwise, constants, inputs };
}

/** Stages of an operator's epilogue, in the accumulator and on the ALU, not yet attached. */
export interface Epilogue {
  readonly elementwise: readonly te.Stage[];
  /** Copies of arguments. */
  readonly reads: readonly te.Stage[];
}

/** Puts the operators on elements onto the ALU, and what they read into its memory. */
export function scheduleEpilogue(
  s: te.Schedule,
  operator: PackedOperator,
  env: Environment,
): Epilogue {
  const copies = operator.inputs.map(([reader, tensor]) =>
    s.cacheRead(tensor, env.accScope, [reader.output(0)]),
  );
  const elementwise = operator.elementwise.map((op) => {
    const stage = s.stage(op).setScope(env.accScope);
    return stage.pragma(stage.op.axis[0]!, env.alu);
  });
  for (const op of operator.constants) s.stage(op).computeInline();
  return { elementwise, reads: copies.map((copy) => s.stage(copy)) };
}

/** Computes the epilogue where the output's tile is. */
export function attachEpilogue(
  { elementwise, reads }: Epilogue,
  output: te.Stage,
  at: ReturnType<te.Stage["split"]>[0],
  env: Environment,
): void {
  for (const stage of elementwise) stage.computeAt(output, at);
  for (const stage of reads) {
    stage.computeAt(output, at).pragma(stage.op.axis[0]!, env.dmaCopy);
  }
}
