/**
 * A network as a file: a magic number, a checksum of the rest, the graph as JSON, and the weights
 * as bytes.
 */

import { sha256 } from "#sha256";
import type { ScalarType } from "../ir";
import { UsageError } from "../support";
import { Call, Constant, Func, Tuple, TupleGetItem, Var, type Expr } from "./relay-expr";
import { bytesPerElement, HostTensor } from "./host-tensor";
import type { Attrs } from "./relay-op";
import { operator } from "./ops";
import { sizeOf, tensorType, TensorType } from "./type";
import { operandsOf, visitInPostOrder } from "./visit";

/** `TVMNET` and the version of the format. */
const MAGIC = Uint8Array.of(0x54, 0x56, 0x4d, 0x4e, 0x45, 0x54, 0, 1);
const CHECKSUM_BYTES = 32;
const HEADER_BYTES = MAGIC.length + CHECKSUM_BYTES + 4;

/** An expression; operands are indices of earlier expressions. */
type Row =
  | { kind: "var"; name: string; shape: readonly number[]; dtype: ScalarType }
  | { kind: "constant"; shape: readonly number[]; dtype: ScalarType; offset: number }
  | { kind: "call"; op: string | FuncRows; args: readonly number[]; attrs?: Attrs; origin?: string }
  | { kind: "tuple"; args: readonly number[] }
  | { kind: "tuple_get_item"; args: readonly number[]; index: number };

interface FuncRows {
  readonly rows: readonly Row[];
  readonly params: readonly number[];
  readonly body: number;
}

export interface NetworkContents {
  readonly func: Func;
  /** Additional metadata, as JSON. */
  readonly extra: unknown;
}

/** @throws UsageError for a network with unknown operators. */
export function encodeNetwork({ func, extra }: NetworkContents): Uint8Array {
  const weights: Uint8Array[] = [];
  let offset = 0;
  const store = (value: HostTensor): number => {
    const bytes = value.toBytes();
    weights.push(bytes);
    offset += bytes.length;
    return offset - bytes.length;
  };
  const graph = rowsOf(func, store);
  const json = new TextEncoder().encode(JSON.stringify({ graph, extra }));
  const file = new Uint8Array(HEADER_BYTES + json.length + offset);
  file.set(MAGIC);
  new DataView(file.buffer).setUint32(HEADER_BYTES - 4, json.length, true);
  let at = HEADER_BYTES;
  for (const part of [json, ...weights]) {
    file.set(part, at);
    at += part.length;
  }
  file.set(sha256(file.subarray(MAGIC.length + CHECKSUM_BYTES)), MAGIC.length);
  return file;
}

/** @throws UsageError when the bytes are not a network, or were changed. */
export function decodeNetwork(file: Uint8Array): NetworkContents {
  if (file.length < HEADER_BYTES || !MAGIC.every((byte, i) => file[i] === byte)) {
    throw new UsageError("network-file", `these ${file.length} bytes are not a saved network`);
  }
  const checksum = sha256(file.subarray(MAGIC.length + CHECKSUM_BYTES));
  if (!checksum.every((byte, i) => file[MAGIC.length + i] === byte)) {
    throw new UsageError(
      "network-file",
      "the saved network is damaged: its checksum does not match its contents",
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = HEADER_BYTES + view.getUint32(HEADER_BYTES - 4, true);
  const text = new TextDecoder().decode(file.subarray(HEADER_BYTES, start));
  const { graph, extra } = JSON.parse(text) as { graph: FuncRows; extra: unknown };
  return { func: funcOf(graph, file.subarray(start)), extra };
}

function rowsOf(func: Func, store: (value: HostTensor) => number): FuncRows {
  const numbers = new Map<Expr, number>();
  const rows: Row[] = [];
  const add = (expr: Expr): void => {
    const args = operandsOf(expr).map((operand) => numbers.get(operand)!);
    numbers.set(expr, rows.length);
    rows.push(rowOf(expr, args, store));
  };
  for (const param of func.params) add(param);
  visitInPostOrder(func.body, (expr) => {
    if (!numbers.has(expr)) add(expr);
  });
  return {
    rows,
    params: func.params.map((param) => numbers.get(param)!),
    body: numbers.get(func.body)!,
  };
}

function rowOf(expr: Expr, args: readonly number[], store: (value: HostTensor) => number): Row {
  switch (expr.kind) {
    case "var": {
      const { shape, dtype } = tensorType(expr.type, "an input");
      return { kind: "var", name: expr.name, shape, dtype };
    }
    case "constant": {
      const { shape, dtype } = expr.type;
      return { kind: "constant", shape, dtype, offset: store(expr.value) };
    }
    case "call": {
      if (expr.type.kind === "unknown") throw new UsageError("network-file", expr.type.reason);
      const op = expr.op.kind === "function" ? rowsOf(expr.op, store) : expr.op.name;
      const origin = expr.origin === undefined ? {} : { origin: expr.origin };
      return { kind: "call", op, args, attrs: expr.attrs, ...origin };
    }
    case "tuple":
      return { kind: "tuple", args };
    case "tuple_get_item":
      return { kind: "tuple_get_item", args, index: expr.index };
    case "function":
      throw new UsageError("network-file", "a function that is not called cannot be saved");
  }
}

function funcOf({ rows, params, body }: FuncRows, weights: Uint8Array, primitive = false): Func {
  const exprs: Expr[] = [];
  for (const row of rows) exprs.push(exprOf(row, exprs, weights));
  return new Func(
    params.map((i) => exprs[i] as Var),
    exprs[body]!,
    primitive,
  );
}

function exprOf(row: Row, exprs: readonly Expr[], weights: Uint8Array): Expr {
  switch (row.kind) {
    case "var":
      return new Var(row.name, new TensorType(row.shape, row.dtype));
    case "constant": {
      const length = sizeOf(row.shape) * bytesPerElement(row.dtype);
      const bytes = weights.subarray(row.offset, row.offset + length);
      return new Constant(HostTensor.fromBytes(bytes, row.shape, row.dtype));
    }
    case "call": {
      const args = row.args.map((i) => exprs[i]!);
      const op = typeof row.op === "string" ? operator(row.op) : funcOf(row.op, weights, true);
      return new Call(op, args, row.attrs, row.origin);
    }
    case "tuple":
      return new Tuple(row.args.map((i) => exprs[i]!));
    case "tuple_get_item":
      return new TupleGetItem(exprs[row.args[0]!]!, row.index);
  }
}
