/** Computes a network on the host, operator by operator. */

import { UsageError } from "../support";
import type { Call, Expr, Func } from "./relay-expr";
import type { HostTensor } from "./host-tensor";
import { sameType } from "./type";
import { countReaders, visitInPostOrder } from "./visit";

export type Value = HostTensor | readonly HostTensor[];

/** Computes a call of a function. */
export type FunctionRunner = (call: Call, args: readonly HostTensor[]) => Value;

/** Receives every operator's result when it is computed. */
export type Observer = (call: Call, value: Value) => void;

/**
 * The values of `expr` for values of its variables. Intermediate values are dropped after their
 * last use.
 * @throws UsageError for an input that is missing or has another type, or an operator that cannot
 * be computed.
 */
export function evaluate(
  expr: Expr,
  inputs: ReadonlyMap<Expr, HostTensor> = new Map(),
  observe?: Observer,
  runFunction: FunctionRunner = runOnHost,
): HostTensor[] {
  const values = new Map<Expr, Value>();
  const remaining = countReaders(expr);
  visitInPostOrder(expr, (node) => {
    values.set(node, compute(node, values, inputs, observe, runFunction));
    release(node, values, remaining);
  });
  return flatten(values.get(expr)!);
}

/** As `evaluate`, for a function with named inputs. */
export function evaluateFunc(
  func: Func,
  inputs: Readonly<Record<string, HostTensor>>,
  observe?: Observer,
): HostTensor[] {
  return evaluate(func.body, bindInputs(func, inputs), observe);
}

/** @throws UsageError for inputs that are missing, unknown or have another type. */
export function bindInputs(
  func: Func,
  inputs: Readonly<Record<string, HostTensor>>,
): Map<Expr, HostTensor> {
  const paramNames = func.params.map((param) => param.name);
  const extra = Object.keys(inputs).find((name) => !paramNames.includes(name));
  if (extra !== undefined) {
    throw new UsageError(
      "network-input",
      `the network has no input '${extra}'; its inputs are ${paramNames.join(", ")}`,
    );
  }
  return new Map(
    func.params.map((param) => {
      const value = inputs[param.name];
      if (value === undefined)
        throw new UsageError("network-input", `input '${param.name}' is missing`);
      if (!sameType(value.type, param.type)) {
        throw new UsageError(
          "network-input",
          `input '${param.name}' must be ${param.type}, not ${value.type}`,
        );
      }
      return [param, value];
    }),
  );
}

function compute(
  node: Expr,
  values: Map<Expr, Value>,
  inputs: ReadonlyMap<Expr, HostTensor>,
  observe: Observer | undefined,
  runFunction: FunctionRunner,
): Value {
  switch (node.kind) {
    case "constant":
      return node.value;
    case "var": {
      const value = inputs.get(node);
      if (value === undefined) throw new UsageError("network-value", `'${node.name}' has no value`);
      return value;
    }
    case "tuple":
      return node.fields.flatMap((field) => flatten(values.get(field)!));
    case "tuple_get_item":
      return flatten(values.get(node.tuple)!)[node.index]!;
    case "call": {
      if (node.type.kind === "unknown") throw new UsageError("network-value", node.type.reason);
      const args = node.args.flatMap((arg) => flatten(values.get(arg)!));
      const value = computeCall(node, args, runFunction);
      observe?.(node, value);
      return value;
    }
    case "function":
      throw new UsageError("network-value", "a function is not a value");
  }
}

const runOnHost: FunctionRunner = (call, args) => {
  const { params, body } = call.op as Func;
  const inputs = new Map<Expr, HostTensor>(params.map((param, i) => [param, args[i]!]));
  const results = evaluate(body, inputs);
  return body.type.kind === "tuple" ? results : results[0]!;
};

function computeCall(call: Call, args: readonly HostTensor[], runFunction: FunctionRunner): Value {
  const { op } = call;
  if (op.kind === "function") return runFunction(call, args);
  try {
    return op.evaluate(args, call.attrs, call.type);
  } catch (error) {
    if (!(error instanceof UsageError) || call.origin === undefined) throw error;
    throw new UsageError(error.code, `${call.origin}: ${error.sentence}`, { cause: error });
  }
}

function flatten(value: Value): HostTensor[] {
  return Array.isArray(value) ? [...(value as HostTensor[])] : [value as HostTensor];
}

function release(node: Expr, values: Map<Expr, Value>, remaining: Map<Expr, number>): void {
  const operands = node.kind === "call" ? node.args : node.kind === "tuple" ? node.fields : [];
  for (const operand of operands) {
    const left = remaining.get(operand)! - 1;
    remaining.set(operand, left);
    if (left === 0) values.delete(operand);
  }
}
