/**
 * The epilogue of a packed operator (shift, bias, limits, conversion): finds its operators, and schedules
 * them on the ALU.
 */

import { topi, UsageError, type te } from "tvm-ts";
import type { Environment } from "../compiler";

/** An output as one packed operator and its epilogue. */
export interface PackedOperator {
  readonly output: te.Tensor;
  /** The packed operator's result. */
  readonly main: te.Tensor;
  /** Elementwise operators, the last one first, without the output itself. */
  readonly elementwise: readonly te.Operation[];
  /** The constants among them, which have no axes. */
  readonly constants: readonly te.Operation[];
  /** Tensors that elementwise operators read, each with its reader. */
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
      `${schedule} takes the result of one packed operator (tag "${tag}") with elementwise ` +
        `operators after it; before those of ${output.name} there is ${found}`,
    );
  }
  if (main === output.op) {
    throw new UsageError(
      "vta-operator",
      `${schedule}: ${output.name} is the accumulated sum; a store to DRAM writes narrower values, ` +
        `so convert it: topi.cast(${output.name}, env.outDtype)`,
    );
  }
  return { output, main: main.output(0), elementwise, constants, inputs };
}

/** Stages of an operator's epilogue, in the accumulator and on the ALU, not yet attached. */
export interface Epilogue {
  readonly elementwise: readonly te.Stage[];
  /** The stages that copy arguments. */
  readonly reads: readonly te.Stage[];
}

/** Schedules the elementwise operators on the ALU, with their operands in the accumulator. */
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

/** Computes the epilogue at the output's tile. */
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
