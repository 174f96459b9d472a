/**
 * Reads networks from ONNX files: weights become constants, and nodes become calls of operators, in
 * the order of the file. A node with an unknown operator stays in the graph with a result of
 * unknown type, so that the network can be drawn; running it raises an error that names the node.
 */

import { fromBinary, isFieldSet } from "@bufbuild/protobuf";
import { UsageError } from "../../support";
import { Call, Constant, Func, Tuple, Var, type Expr } from "../relay-expr";
import { exactNumber, type HostTensor } from "../host-tensor";
import { Op, OpPattern } from "../relay-op";
import { TensorType, UnknownType } from "../type";
import { ELEMENTWISE_CONVERTERS } from "./convert-elementwise";
import { NN_CONVERTERS, type Converter } from "./convert-nn";
import { SHAPE_CONVERTERS } from "./convert-shape";
import {
  ModelProtoSchema,
  TensorShapeProto_DimensionSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from "./messages";
import { nodeTitle, OnnxNode } from "./node";
import { onnxElementType, readTensorProto } from "./tensor-proto";

/** The supported versions of ONNX's operator set. */
const OPSETS = { first: 7, last: 28 };

const CONVERTERS: Readonly<Record<string, Converter>> = {
  ...NN_CONVERTERS,
  ...ELEMENTWISE_CONVERTERS,
  ...SHAPE_CONVERTERS,
};

export interface ImportOptions {
  /** Shapes of inputs with symbolic dimensions in the file. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Inputs that become constants: shapes and axes must be known at import. */
  readonly fixed?: Readonly<Record<string, HostTensor>>;
}

/** An imported network, and the nodes that cannot be computed. */
export interface Imported {
  readonly func: Func;
  /** The names of the results. */
  readonly outputs: readonly string[];
  /** A message for each node with an unknown operator. */
  readonly problems: readonly string[];
}

/**
 * Reads an ONNX file.
 * @throws UsageError when the file is damaged or its nodes are inconsistent; the message names the
 * node.
 */
export function fromOnnx(bytes: Uint8Array, options: ImportOptions = {}): Imported {
  const model = parse(bytes);
  const { graph } = model;
  if (graph === undefined) throw new UsageError("onnx-file", "the ONNX file has no graph");
  return new Importer(graph, opsetOf(model), options).run();
}

/** The operators that can be imported. */
export function knownOnnxOperators(): string[] {
  return Object.keys(CONVERTERS).sort();
}

function parse(bytes: Uint8Array): ModelProto {
  if (!(bytes instanceof Uint8Array)) {
    throw new UsageError("onnx-file", "fromOnnx takes the bytes of an ONNX file, as a Uint8Array");
  }
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new UsageError(
      "onnx-file",
      `these ${bytes.length} bytes are not an ONNX file: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function opsetOf(model: ModelProto): number {
  const entry = model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  if (entry === undefined)
    throw new UsageError("onnx-file", "the ONNX file does not specify its operator set");
  const version = exactNumber(entry.version);
  if (version < OPSETS.first || version > OPSETS.last) {
    throw new UsageError(
      "onnx-file",
      `the ONNX file uses operator set ${version}; sets ${OPSETS.first} to ${OPSETS.last} are supported`,
    );
  }
  return version;
}

class Importer {
  private readonly values = new Map<string, Expr>();
  private readonly params: Var[] = [];
  private readonly problems: string[] = [];

  constructor(
    private readonly graph: GraphProto,
    private readonly opset: number,
    private readonly options: ImportOptions,
  ) {}

  run(): Imported {
    const { graph, options } = this;
    for (const proto of graph.initializer) {
      this.values.set(proto.name, new Constant(readTensorProto(proto, `weight '${proto.name}'`)));
    }
    const inputs = graph.input.filter((input) => input.name !== "");
    for (const input of inputs) this.addInput(input, options.fixed?.[input.name]);
    for (const proto of graph.node) this.addNode(proto);
    const outputs = graph.output.map((output) => output.name);
    if (outputs.length === 0) throw new UsageError("onnx-file", "the ONNX file has no output");
    const results = outputs.map((name) => {
      const result = this.values.get(name);
      if (result === undefined)
        throw new UsageError("onnx-node", `output '${name}' is not computed by any node`);
      return result;
    });
    const body = results.length === 1 ? results[0]! : new Tuple(results);
    return { func: new Func(this.params, body), outputs, problems: this.problems };
  }

  private addInput(input: ValueInfoProto, fixed: HostTensor | undefined): void {
    if (this.values.has(input.name)) return; // Older files list weights as inputs too.
    if (fixed !== undefined) {
      this.values.set(input.name, new Constant(fixed));
      return;
    }
    const param = new Var(input.name, this.inputType(input));
    this.params.push(param);
    this.values.set(input.name, param);
  }

  private inputType(input: ValueInfoProto): TensorType {
    const tensor = input.type?.tensorType;
    const what = `input '${input.name}'`;
    if (tensor === undefined) throw new UsageError("onnx-node", `${what} is not a tensor`);
    const dtype = onnxElementType(tensor.elemType, what);
    const given = this.options.shapes?.[input.name];
    if (given !== undefined) return new TensorType(given, dtype);
    const dims = tensor.shape?.dim.map((dim) => exactNumber(dim.dimValue));
    const isOpen = tensor.shape?.dim.some(
      (dim) =>
        !isFieldSet(dim, TensorShapeProto_DimensionSchema.field.dimValue) || dim.dimValue < 0n,
    );
    if (dims === undefined || isOpen === true) {
      const shape = tensor.shape?.dim.map((dim) => dim.dimParam || String(dim.dimValue)).join(", ");
      throw new UsageError(
        "onnx-shape",
        `the shape of ${what} is ${shape === undefined ? "not stored" : `[${shape}]`}: give its lengths as ` +
          `shapes: { ${JSON.stringify(input.name)}: [...] }`,
      );
    }
    return new TensorType(dims, dtype);
  }

  private addNode(proto: NodeProto): void {
    const inputs = proto.input.map((name) => {
      if (name === "") return undefined;
      const value = this.values.get(name);
      if (value === undefined) {
        throw new UsageError(
          "onnx-node",
          `${nodeTitle(proto)}: its input '${name}' is neither an input of the network, nor a weight, nor computed before`,
        );
      }
      return value;
    });
    const results = this.convert(proto, inputs);
    proto.output.forEach((name, i) => {
      if (name === "") return;
      const result = results[i];
      if (result === undefined)
        throw new UsageError(
          "onnx-node",
          `${nodeTitle(proto)} does not compute output ${i}, '${name}'`,
        );
      this.values.set(name, result);
    });
  }

  private convert(proto: NodeProto, inputs: readonly (Expr | undefined)[]): readonly Expr[] {
    const isStandard = proto.domain === "" || proto.domain === "ai.onnx";
    const unknown = inputs.some((input) => input?.type.kind === "unknown");
    if (!isStandard || !Object.hasOwn(CONVERTERS, proto.opType) || unknown) {
      return this.unknownNode(proto, inputs, unknown);
    }
    const node = new OnnxNode(proto, this.opset, inputs);
    try {
      return CONVERTERS[proto.opType]!(node);
    } catch (error) {
      if (!(error instanceof UsageError) || error.sentence.startsWith(node.title)) throw error;
      throw new UsageError(error.code, `${node.title}: ${error.sentence}`, { cause: error });
    }
  }

  /** A call that represents a node with an unknown operator, or that reads one. */
  private unknownNode(
    proto: NodeProto,
    inputs: readonly (Expr | undefined)[],
    readsUnknown: boolean,
  ): readonly Expr[] {
    const args = inputs.filter((input) => input !== undefined);
    const name = [proto.domain, proto.opType].filter(Boolean).join(".");
    const reason = `${nodeTitle(proto)}: the operator ${name} is not supported; supported are ${knownOnnxOperators().join(", ")}`;
    if (!readsUnknown) this.problems.push(reason);
    const op = new Op({
      name: `onnx.${name}`,
      pattern: OpPattern.opaque,
      infer: () => new UnknownType(reason),
    });
    return proto.output.map(() => new Call(op, args, {}, nodeTitle(proto)));
  }
}
