/**
 * A network that can run: its fused functions, those for the accelerator compiled, the others computed
 * on the host. Weights are on the accelerator once; what is between functions is let go when nothing
 * reads it any more.
 */

import { NDArray, relay, tir, UsageError, type PassContext, type runtime } from "tvm-ts";
import { build, extDev, lower, type VtaDevice } from "../api";
import { buildConfig, type Environment } from "../compiler";
import type { ConvKnobs } from "../topi";
import { acceleratorFunction } from "./fused-te";

/** One function of a network, in the order in which they run. */
export interface NetworkFunction {
  /** The name under which it is compiled; functions that compute the same share it. */
  readonly name: string;
  readonly device: "host" | "accelerator";
  readonly func: relay.Func;
}

/** What a run did, function by function. */
export interface FunctionResult extends NetworkFunction {
  readonly value: relay.HostTensor;
  /** Milliseconds on this machine. */
  readonly time: number;
}

export interface NetworkBuildOptions {
  /** The accelerator to compile for and its simulator. */
  readonly env: Environment;
  /** How a function's work is divided; the first choice of every knob if left out. */
  readonly knobsOf?: (func: relay.Func, name: string) => ConvKnobs;
}

export class BuiltNetwork {
  private readonly modules = new Map<string, runtime.Module>();
  private readonly weights = new Map<relay.Expr, NDArray>();
  private readonly calls: readonly relay.FusedCall[];
  /** The functions that run, one for each call. */
  readonly functions: readonly NetworkFunction[];

  constructor(
    /** The network as calls of fused functions. */
    readonly func: relay.Func,
    private readonly options: NetworkBuildOptions,
  ) {
    this.calls = relay.fusedCalls(func);
    const { env } = options;
    // Common subexpressions stay: the accelerator's passes know the plain form.
    const context = buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
    for (const call of this.calls) this.compile(call, context);
    this.functions = this.calls.map(({ name, func: body }) => ({
      name,
      device: this.modules.has(name) ? ("accelerator" as const) : ("host" as const),
      func: body,
    }));
  }

  /** The accelerator that it was compiled for. */
  get env(): Environment {
    return this.options.env;
  }

  get device(): VtaDevice {
    return extDev(0, this.env);
  }

  /**
   * Computes the network's outputs.
   * @param observe sees what each function computed
   * @throws UsageError for inputs that are missing, of another type or not known.
   */
  run(
    inputs: Readonly<Record<string, relay.HostTensor>>,
    observe?: (result: FunctionResult) => void,
  ): relay.HostTensor[] {
    const known = relay.bindInputs(this.func, inputs);
    let next = 0;
    return relay.evaluate(this.func.body, known, undefined, (call, args) => {
      const fused = this.functions[next];
      const { name } = this.calls[next]!;
      next++;
      const start = performance.now();
      const module = this.modules.get(name);
      const value = module === undefined ? undefined : this.onAccelerator(module, call, args);
      const result = value ?? evaluateOnHost(call, args);
      observe?.({ ...fused!, value: result, time: performance.now() - start });
      return result;
    });
  }

  private compile({ func, name }: relay.FusedCall, context: PassContext): void {
    if (this.modules.has(name)) return;
    const { env, knobsOf } = this.options;
    const fused = acceleratorFunction(func, env, knobsOf?.(func, name));
    if (fused === undefined) return;
    const lowered: tir.IRModule = lower(fused.schedule, fused.args, { name, env, context });
    this.modules.set(name, build(lowered, undefined, { env }));
  }

  private onAccelerator(
    module: runtime.Module,
    call: relay.Call,
    args: readonly relay.HostTensor[],
  ): relay.HostTensor {
    const { device } = this;
    const temporary: NDArray[] = [];
    const arrays = args.map((arg, i) => {
      const expr = call.args[i]!;
      if (expr.kind === "constant") return this.weight(expr);
      const array = upload(arg, device);
      temporary.push(array);
      return array;
    });
    const type = call.type;
    if (type.kind !== "tensor") throw new UsageError(`a function of the network gives ${type}`);
    const result = NDArray.empty(type.shape, type.dtype, device);
    temporary.push(result);
    try {
      module(...arrays, result);
      return download(result, type);
    } finally {
      for (const array of temporary) array.free();
    }
  }

  private weight(expr: relay.Constant): NDArray {
    let array = this.weights.get(expr);
    if (array === undefined) this.weights.set(expr, (array = upload(expr.value, this.device)));
    return array;
  }
}

function evaluateOnHost(call: relay.Call, args: readonly relay.HostTensor[]): relay.HostTensor {
  const func = call.op as relay.Func;
  const inputs = new Map<relay.Expr, relay.HostTensor>(
    func.params.map((param, i) => [param, args[i]!]),
  );
  return relay.evaluate(func.body, inputs)[0]!;
}

function upload(value: relay.HostTensor, device: VtaDevice): NDArray {
  const array = NDArray.empty(value.shape, value.dtype, device);
  device.copyIn(array.address, value.toBytes());
  return array;
}

function download(array: NDArray, type: relay.TensorType): relay.HostTensor {
  const bytes = new Uint8Array(array.byteLength);
  array.device.copyOut(array.address, bytes);
  return relay.HostTensor.fromBytes(bytes, type.shape, type.dtype);
}
