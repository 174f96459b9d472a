/**
 * A node of an ONNX graph for the converters, with its inputs as expressions and typed attributes.
 */

import { UsageError } from "../../support";
import { evaluate } from "../evaluate";
import type { Expr } from "../relay-expr";
import { exactNumber, type HostTensor } from "../host-tensor";
import { call, operator } from "../ops";
import type { Attrs } from "../relay-op";
import { tensorType, type TensorType } from "../type";
import { allExprs } from "../visit";
import type { AttributeProto, NodeProto } from "./messages";
import { readTensorProto } from "./tensor-proto";

/** The longest input that must be known at import: a shape or axes. */
const MAX_CONSTANT_ELEMENTS = 2 ** 16;

export class OnnxNode {
  private readonly attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    readonly proto: NodeProto,
    /** The version of the operator set that the file uses. */
    readonly opset: number,
    private readonly inputs: readonly (Expr | undefined)[],
  ) {
    this.attributes = new Map(proto.attribute.map((attribute) => [attribute.name, attribute]));
  }

  /** The node in messages: `node 'conv1' (Conv)`. */
  get title(): string {
    return nodeTitle(this.proto);
  }

  get inputCount(): number {
    return this.inputs.length;
  }
  get outputCount(): number {
    return this.proto.output.filter((name) => name !== "").length;
  }

  /** @throws UsageError when the input is missing. */
  input(i: number): Expr {
    const input = this.inputs[i];
    if (input === undefined) throw this.error(`input ${i} is missing`);
    return input;
  }
  /** An optional input. */
  optional(i: number): Expr | undefined {
    return this.inputs[i];
  }
  tensorType(i: number): TensorType {
    return tensorType(this.input(i).type, `input ${i}`);
  }

  /**
   * The value of an input that determines shapes.
   * @throws UsageError when it is not constant.
   */
  constant(i: number): HostTensor {
    const input = this.input(i);
    if (input.kind === "constant") return input.value;
    if (allExprs(input).some((expr) => expr.kind === "var")) {
      const name = this.proto.input[i];
      throw this.error(
        `input ${i} ('${name}') must be known when the network is imported: give its value as ` +
          `fixed: { ${JSON.stringify(name)}: ... }`,
      );
    }
    const { size } = this.tensorType(i);
    if (size > MAX_CONSTANT_ELEMENTS) {
      throw this.error(`input ${i} has ${size} elements; it must be a shape or a list of axes`);
    }
    return evaluate(input)[0]!;
  }
  constantList(i: number): number[] {
    return Array.from(this.constant(i).data);
  }
  optionalList(i: number): number[] | undefined {
    return this.inputs[i] === undefined ? undefined : this.constantList(i);
  }

  int(name: string, fallback?: number): number {
    const attribute = this.attributes.get(name);
    if (attribute !== undefined) return exactNumber(attribute.i);
    if (fallback === undefined) throw this.error(`attribute '${name}' is missing`);
    return fallback;
  }
  ints(name: string): number[] | undefined {
    return this.attributes.get(name)?.ints.map(exactNumber);
  }
  float(name: string, fallback: number): number {
    return this.attributes.get(name)?.f ?? fallback;
  }
  string(name: string, fallback: string): string {
    const attribute = this.attributes.get(name);
    return attribute === undefined ? fallback : new TextDecoder().decode(attribute.s);
  }
  has(name: string): boolean {
    return this.attributes.has(name);
  }
  attribute(name: string): AttributeProto | undefined {
    return this.attributes.get(name);
  }
  tensor(name: string): HostTensor | undefined {
    const proto = this.attributes.get(name)?.t;
    return proto === undefined ? undefined : readTensorProto(proto, `attribute '${name}'`);
  }

  /** A call of a Relay operator, with this node as its origin. */
  call(op: string, args: readonly Expr[], attrs: Attrs = {}): Expr {
    return call(operator(op), args, attrs, this.title);
  }

  error(text: string): UsageError {
    return new UsageError("onnx-node", `${this.title}: ${text}`);
  }
}

export function nodeTitle(proto: NodeProto): string {
  return `node '${proto.name || proto.output[0] || ""}' (${proto.opType})`;
}
