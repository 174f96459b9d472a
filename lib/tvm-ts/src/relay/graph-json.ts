/**
 * TVM's formats for a compiled network: the graph for its graph executor, as JSON, and the weights.
 * Hashes of functions are not written, but kept when a graph is read.
 */

import { dtypeInfo, type ScalarType } from "../ir";
import { UsageError } from "../support";
import { fusedCalls } from "./compile-passes";
import type { Expr, Func } from "./relay-expr";
import { exactNumber, HostTensor } from "./host-tensor";
import { planMemory } from "./plan-memory";
import { tensorType } from "./type";
import { allExprs, visitInPostOrder } from "./visit";

/** A value: the index of its node, the index of the node's output, and a version, which is 0. */
export type GraphEntry = readonly [node: number, output: number, version: number];

export interface GraphNode {
  /** `null` for inputs and weights. */
  readonly op: "null" | "tvm_op";
  readonly name: string;
  readonly attrs?: Readonly<Record<string, string>>;
  readonly inputs: readonly GraphEntry[];
}

/** The graph executor's input. */
export interface GraphJson {
  readonly nodes: readonly GraphNode[];
  readonly arg_nodes: readonly number[];
  readonly heads: readonly GraphEntry[];
  readonly attrs: {
    readonly dltype: readonly ["list_str", readonly string[]];
    readonly device_index?: readonly ["list_int", readonly number[]];
    readonly storage_id: readonly ["list_int", readonly number[]];
    readonly shape: readonly ["list_shape", readonly (readonly number[])[]];
  };
  readonly node_row_ptr: readonly number[];
}

export interface CompiledGraph {
  readonly graph: GraphJson;
  readonly params: Readonly<Record<string, HostTensor>>;
}

const LAYOUTS = ["data_layout", "kernel_layout", "out_layout", "layout"];

/**
 * A fused network in TVM's format.
 * @param deviceType DLPack's type of the device that runs it; the CPU if left out
 * @throws UsageError when it has calls of operators, or a value is not a tensor.
 */
export function toGraphJson(func: Func, deviceType = 1): CompiledGraph {
  const names = new Map(fusedCalls(func).map(({ call, name }) => [call as Expr, name]));
  const plan = planMemory(func);
  const numbers = new Map<Expr, number>();
  const values: Expr[] = [];
  const nodes: GraphNode[] = [];
  const params: Record<string, HostTensor> = {};
  const used = new Map<string, number>();
  const addNode = (expr: Expr, node: GraphNode): void => {
    numbers.set(expr, nodes.length);
    values.push(expr);
    nodes.push(node);
  };
  for (const param of func.params) addNode(param, { op: "null", name: param.name, inputs: [] });
  visitInPostOrder(func.body, (expr) => {
    if (expr.kind === "constant") {
      const name = `p${Object.keys(params).length}`;
      params[name] = expr.value;
      addNode(expr, { op: "null", name, inputs: [] });
    } else if (expr.kind === "call") {
      const name = names.get(expr);
      if (name === undefined)
        throw new UsageError("network-file", "only a fused network has a graph");
      const inputs = expr.args.map((arg): GraphEntry => [numbers.get(arg)!, 0, 0]);
      addNode(expr, callNode(expr.op as Func, `tvmgen_default_${name}`, inputs, used));
    }
  });
  const results = func.body.kind === "tuple" ? func.body.fields : [func.body];
  const types = values.map((expr) => tensorType(expr.type, "a value of the graph"));
  return {
    params,
    graph: {
      nodes,
      arg_nodes: nodes.flatMap((node, i) => (node.op === "null" ? [i] : [])),
      heads: results.map((result): GraphEntry => [numbers.get(result)!, 0, 0]),
      attrs: {
        dltype: ["list_str", types.map((type) => type.dtype)],
        device_index: ["list_int", values.map(() => deviceType)],
        storage_id: ["list_int", values.map((expr) => plan.storageOf.get(expr)!)],
        shape: ["list_shape", types.map((type) => type.shape)],
      },
      node_row_ptr: Array.from({ length: nodes.length + 1 }, (_, i) => i),
    },
  };
}

function callNode(
  func: Func,
  name: string,
  inputs: readonly GraphEntry[],
  used: Map<string, number>,
): GraphNode {
  const count = used.get(name) ?? 0;
  used.set(name, count + 1);
  const layouts: Record<string, string> = {};
  for (const expr of allExprs(func.body)) {
    if (expr.kind !== "call") continue;
    for (const key of LAYOUTS) {
      const value = expr.attrs[key];
      if (typeof value === "string") layouts[key] = value;
    }
  }
  return {
    op: "tvm_op",
    name: count === 0 ? name : `${name}${count}`,
    attrs: {
      num_outputs: "1",
      num_inputs: String(inputs.length),
      flatten_data: "0",
      func_name: name,
      ...layouts,
    },
    inputs,
  };
}

/** The JSON in TVM's layout. */
export function writeGraphJson(graph: GraphJson): string {
  return JSON.stringify(graph, undefined, 2);
}

/** @throws UsageError when the text is not such a graph, or its lists are inconsistent. */
export function readGraphJson(text: string): GraphJson {
  let graph: GraphJson;
  try {
    graph = JSON.parse(text) as GraphJson;
  } catch (error) {
    throw new UsageError("network-file", `the graph is not JSON: ${String(error)}`, {
      cause: error,
    });
  }
  const { nodes, attrs, heads, arg_nodes: args, node_row_ptr: rows } = graph;
  const lists = [
    nodes,
    heads,
    args,
    rows,
    attrs?.dltype?.[1],
    attrs?.shape?.[1],
    attrs?.storage_id?.[1],
  ];
  if (!lists.every(Array.isArray)) {
    throw new UsageError(
      "network-file",
      "the graph must have nodes, arg_nodes, heads, node_row_ptr, and the attributes dltype, shape and storage_id",
    );
  }
  const count = attrs.dltype[1].length;
  for (const list of [attrs.shape[1], attrs.storage_id[1]]) {
    if (list.length !== count) {
      throw new UsageError(
        "network-file",
        `the graph has ${count} types, but a list of ${list.length} of another attribute`,
      );
    }
  }
  nodes.forEach((node, i) => {
    for (const [from] of node.inputs) {
      if (!(Number.isInteger(from) && from >= 0 && from < i)) {
        throw new UsageError(
          "network-file",
          `node ${i} ('${node.name}') of the graph reads node ${from}, which must come before it`,
        );
      }
    }
  });
  return graph;
}

const LIST_MAGIC = 0xf7e58d4f05049cb7n;
const ARRAY_MAGIC = 0xdd5e40f096b4a13fn;
const CPU = 1;
const TYPE_CODES: readonly string[] = ["int", "uint", "float"];

/** Weights by name in TVM's binary format. */
export function writeParams(params: Readonly<Record<string, HostTensor>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const words = (...values: bigint[]): void => {
    parts.push(new Uint8Array(BigUint64Array.from(values).buffer));
  };
  const names = Object.keys(params);
  words(LIST_MAGIC, 0n, BigInt(names.length));
  for (const name of names) {
    const text = new TextEncoder().encode(name);
    words(BigInt(text.length));
    parts.push(text);
  }
  words(BigInt(names.length));
  for (const value of Object.values(params)) {
    const { code, bits } = dtypeInfo(value.dtype);
    words(ARRAY_MAGIC, 0n);
    parts.push(new Uint8Array(Int32Array.of(CPU, 0, value.shape.length).buffer));
    parts.push(Uint8Array.of(TYPE_CODES.indexOf(code), bits, 1, 0));
    const bytes = value.toBytes();
    words(...value.shape.map(BigInt), BigInt(bytes.length));
    parts.push(bytes);
  }
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @throws UsageError when the bytes are not weights in TVM's format, or are truncated. */
export function readParams(bytes: Uint8Array): Record<string, HostTensor> {
  const reader = new Reader(bytes);
  if (reader.word() !== LIST_MAGIC) {
    throw new UsageError(
      "network-file",
      "these bytes are not weights in TVM's format: the magic number differs",
    );
  }
  reader.word();
  const names = Array.from({ length: reader.count() }, () =>
    new TextDecoder().decode(reader.bytes(reader.count())),
  );
  const count = reader.count();
  if (count !== names.length)
    throw new UsageError(
      "network-file",
      `the weights are damaged: ${names.length} names, but ${count} weights`,
    );
  return Object.fromEntries(names.map((name) => [name, reader.array(name)]));
}

class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly all: Uint8Array) {
    this.view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  bytes(length: number): Uint8Array {
    if (length < 0 || this.at + length > this.all.length) {
      throw new UsageError(
        "network-file",
        `the weights end after ${this.all.length} bytes, in the middle of a value`,
      );
    }
    this.at += length;
    return this.all.subarray(this.at - length, this.at);
  }
  word(): bigint {
    this.bytes(8);
    return this.view.getBigUint64(this.at - 8, true);
  }
  /** The number of items that follow, each of at least a byte. */
  count(): number {
    const value = this.word();
    if (value > BigInt(this.all.length)) {
      throw new UsageError(
        "network-file",
        `the weights are damaged: ${value} items in ${this.all.length} bytes`,
      );
    }
    return Number(value);
  }
  private int32(): number {
    this.bytes(4);
    return this.view.getInt32(this.at - 4, true);
  }

  array(name: string): HostTensor {
    if (this.word() !== ARRAY_MAGIC)
      throw new UsageError("network-file", `weight '${name}' is damaged: its magic number differs`);
    this.word();
    this.bytes(8);
    const ndim = this.int32();
    const [code, bits] = this.bytes(4) as unknown as [number, number];
    const dtype = `${TYPE_CODES[code]}${bits}` as ScalarType;
    if (ndim < 0 || ndim > 32 || TYPE_CODES[code] === undefined) {
      throw new UsageError(
        "network-file",
        `weight '${name}' is damaged: ${ndim} dimensions, type code ${code}`,
      );
    }
    const shape = Array.from({ length: ndim }, () => exactNumber(this.word()));
    const data = this.bytes(this.count());
    return HostTensor.fromBytes(data, shape, dtype);
  }
}
