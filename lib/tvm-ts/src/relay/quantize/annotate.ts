/**
 * Inserts a simulated quantization before every operand of integer computations: the data and
 * weights of convolutions, and the operands of additions to them. Its scale and limits are
 * variables until calibration.
 */

import { isConstant, Tuple, Var, type Call, type Expr } from "../relay-expr";
import { UsageError } from "../../support";
import { call as makeCall, ops } from "../passes/shorthand";
import type { RelayPass } from "../passes/relay-pass";
import { TensorType } from "../type";
import { QuantizeKind, type QuantizeConfig } from "./config";
import {
  forwardRewrite,
  realized,
  Temporary,
  TemporaryTuple,
  type Result,
  type ForwardRewrite,
} from "./forward-rewrite";

/** An expression with the kind of its quantization. */
class Annotated extends Temporary {
  constructor(
    readonly expr: Expr,
    readonly annotation: QuantizeKind,
  ) {
    super();
  }
  realize(): Expr {
    return this.expr;
  }
}

const exprOf = (result: Result): Expr => realized(result);
const kindOf = (result: Result): QuantizeKind | undefined =>
  result instanceof Annotated ? result.annotation : undefined;

const SCALAR = new TensorType([], "float32");

class Annotator {
  private readonly quantized = new Map<Expr, Map<QuantizeKind, Expr>>();
  private convolutions = 0;
  private stopped = false;

  constructor(private readonly config: QuantizeConfig) {}

  readonly rules: Readonly<Record<string, ForwardRewrite>> = {
    "nn.conv2d": (call, args) => (this.skips(call) ? undefined : this.product(call, args)),
    "nn.dense": (call, args) =>
      this.config.skipDenseLayer || this.skips(call) ? undefined : this.product(call, args),
    multiply: (call, args) => this.multiply(call, args),
    add: (call, args) => this.add(call, args),
    concatenate: (call, args) => this.concatenate(call, args),
    "nn.max_pool2d": (call, args) => this.narrowed(call, args),
    "annotation.cast_hint": (call, args) => {
      if (this.skips(call) || kindOf(args[0]!) === undefined) return args[0]!;
      return this.narrowed(call, args);
    },
    "nn.global_avg_pool2d": (call, args) => {
      if (this.skips(call) || kindOf(args[0]!) === undefined) return undefined;
      this.stopped = true;
      return call.withArgs([exprOf(args[0]!)]);
    },
    ...Object.fromEntries(
      [
        "reshape",
        "clip",
        "nn.relu",
        "strided_slice",
        "nn.avg_pool2d",
        "nn.batch_flatten",
        "transpose",
        "annotation.stop_fusion",
      ].map((name): [string, ForwardRewrite] => [name, (call, args) => this.identity(call, args)]),
    ),
  };

  /** A value with several readers is quantized once. */
  readonly whenShared = (result: Result): Result =>
    result instanceof Annotated
      ? new Annotated(this.quantize(result.expr, QuantizeKind.input), QuantizeKind.input)
      : result;

  private skips(call: Call): boolean {
    if (this.stopped) return true;
    if (call.op !== ops.conv2d) return false;
    return this.config.skipConvLayers.includes(this.convolutions++);
  }

  private quantize(expr: Expr, kind: QuantizeKind): Expr {
    if (expr.kind === "call" && expr.op === ops.simulatedQuantize && expr.attrs["kind"] === kind) {
      return expr;
    }
    let ofExpr = this.quantized.get(expr);
    if (ofExpr === undefined) this.quantized.set(expr, (ofExpr = new Map()));
    let result = ofExpr.get(kind);
    if (result === undefined) {
      const parameters = ["dom_scale", "clip_min", "clip_max"].map((name) => new Var(name, SCALAR));
      result = makeCall(ops.simulatedQuantize, [expr, ...parameters], { kind });
      ofExpr.set(kind, result);
    }
    return result;
  }

  private product(call: Call, [data, weight]: readonly Result[]): Result {
    const kind = kindOf(data!);
    const input =
      kind === undefined || kind === QuantizeKind.activation
        ? this.quantize(exprOf(data!), QuantizeKind.input)
        : exprOf(data!);
    if (kindOf(weight!) !== undefined || !isConstant(exprOf(weight!))) {
      throw new UsageError(
        "quantize-network",
        `${call.origin ?? "a layer"}: its weights are computed by the network; only constant weights can be quantized`,
      );
    }
    const quantizedWeight = this.quantize(exprOf(weight!), QuantizeKind.weight);
    return new Annotated(call.withArgs([input, quantizedWeight]), QuantizeKind.activation);
  }

  /** Constants are weights, everything else is an input. */
  private operand(expr: Expr): Expr {
    return this.quantize(expr, isConstant(expr) ? QuantizeKind.weight : QuantizeKind.input);
  }

  private multiply(call: Call, [left, right]: readonly Result[]): Result | undefined {
    if (this.skips(call)) return undefined;
    const [a, b] = [kindOf(left!), kindOf(right!)];
    if (a === undefined && b === undefined) return undefined;
    if (a === undefined || b !== undefined) {
      throw new UsageError(
        "quantize-network",
        `${call.origin ?? "a multiplication"}: it multiplies two quantized values; only one operand may be quantized`,
      );
    }
    const x =
      a === QuantizeKind.activation
        ? this.quantize(exprOf(left!), QuantizeKind.input)
        : exprOf(left!);
    return new Annotated(call.withArgs([x, this.operand(exprOf(right!))]), QuantizeKind.activation);
  }

  private add(call: Call, [left, right]: readonly Result[]): Result | undefined {
    if (this.skips(call)) return undefined;
    const [a, b] = [kindOf(left!), kindOf(right!)];
    const [x, y] = [exprOf(left!), exprOf(right!)];
    if (a === undefined && b === undefined) return undefined;
    if (a === undefined) {
      return new Annotated(
        call.withArgs([this.quantize(x, QuantizeKind.input), y]),
        QuantizeKind.input,
      );
    }
    if (b === undefined)
      return new Annotated(call.withArgs([x, this.operand(y)]), QuantizeKind.activation);
    if (a === QuantizeKind.input && b === QuantizeKind.input)
      return new Annotated(call.withArgs([x, y]), QuantizeKind.input);
    const bothWide = a === QuantizeKind.activation && b === QuantizeKind.activation;
    const second = bothWide ? this.quantize(y, QuantizeKind.input) : y;
    return new Annotated(call.withArgs([x, second]), QuantizeKind.activation);
  }

  private identity(call: Call, [x]: readonly Result[]): Result | undefined {
    const kind = kindOf(x!);
    if (this.skips(call) || kind === undefined) return undefined;
    return new Annotated(call.withArgs([exprOf(x!)]), kind);
  }

  private narrowed(call: Call, [x]: readonly Result[]): Result | undefined {
    const kind = kindOf(x!);
    if (this.skips(call) || kind === undefined) return undefined;
    const input =
      kind === QuantizeKind.activation ? this.quantize(exprOf(x!), QuantizeKind.input) : exprOf(x!);
    return new Annotated(call.withArgs([input]), QuantizeKind.input);
  }

  private concatenate(call: Call, [tuple]: readonly Result[]): Result | undefined {
    if (this.skips(call) || !(tuple instanceof TemporaryTuple)) return undefined;
    const fields = tuple.fields.map((field) =>
      kindOf(field) === undefined
        ? this.quantize(exprOf(field), QuantizeKind.activation)
        : exprOf(field),
    );
    return new Annotated(call.withArgs([new Tuple(fields)]), QuantizeKind.activation);
  }
}

export function quantizeAnnotate(config: QuantizeConfig): RelayPass {
  return {
    name: "QuantizeAnnotate",
    doc: "inserts a simulated quantization before the operands of integer computations",
    run(func) {
      const annotator = new Annotator(config);
      return forwardRewrite(func, annotator.rules, annotator.whenShared);
    },
  };
}
