/**
 * A network that can run, as fused functions: those for the accelerator and the large ones for the host are
 * compiled, the others are computed operator by operator. Weights are uploaded once; intermediate values are
 * freed after their last use.
 */

import { build, cpu, NDArray, relay, UsageError, type runtime, type te } from "tvm-ts";
import { extDev, profile, type ProfileOptions, type VtaDevice } from "../api";
import type { Environment } from "../compiler";
import { RecordHistory, type RecordSource } from "../records";
import type { ConvKnobs } from "../topi";
import { configure, type KnobConfiguration } from "./configure";
import { layerOf, macsOf, NetworkCosts, type LayerCost } from "./costs";
import { acceleratorFunction } from "./fused-te";
import { hostConvolution } from "./host-convolution";

/** One function of a network, in the order in which they run. */
export interface NetworkFunction {
  /** The name of the compiled function; identical functions share it. */
  readonly name: string;
  readonly device: "host" | "accelerator";
  readonly func: relay.Func;
  /** How its work is divided on the accelerator. */
  readonly configuration?: KnobConfiguration;
}

/** The result of one function of a run. */
export interface FunctionResult extends NetworkFunction {
  readonly value: relay.HostTensor;
  /** Milliseconds on this machine. */
  readonly time: number;
}

export interface NetworkBuildOptions {
  /** The accelerator to compile for and its simulator. */
  readonly env: Environment;
  /** How the work of functions is divided; records and formulas divide the functions that are left out. */
  readonly knobsOf?: (func: relay.Func, name: string) => ConvKnobs | undefined;
  /** Tuning records of its convolutions; those of `vta.explore.applyBest` if left out. */
  readonly records?: RecordSource;
  /**
   * How many configurations of each function are measured on the cycle simulator, the most promising first;
   * the fastest is used. 0 if left out: none are measured.
   */
  readonly search?: number;
}

interface CompiledFunction {
  readonly module: runtime.Module;
  readonly device: runtime.Device;
}

export class BuiltNetwork {
  private readonly modules = new Map<string, CompiledFunction>();
  private readonly configurations = new Map<string, KnobConfiguration>();
  /** Weights are copied to each device once. */
  private readonly weights = new Map<runtime.Device, Map<relay.Expr, NDArray>>();
  private readonly calls: readonly relay.FusedCall[];
  /** The functions that run, one for each call. */
  readonly functions: readonly NetworkFunction[];

  constructor(
    /** The network as calls of fused functions. */
    readonly func: relay.Func,
    private readonly options: NetworkBuildOptions,
  ) {
    this.calls = relay.fusedCalls(func);
    const records = options.records === undefined ? undefined : new RecordHistory(options.records);
    for (const call of this.calls) this.compile(call, records);
    this.functions = this.calls.map(({ name, func: body }) => {
      const configuration = this.configurations.get(name);
      return configuration === undefined
        ? { name, device: "host", func: body }
        : { name, device: "accelerator", func: body, configuration };
    });
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
   * @param observe is called with the result of each function @throws UsageError for inputs that are missing,
   * unknown or of another type.
   */
  run(
    inputs: Readonly<Record<string, relay.HostTensor>>,
    observe?: (result: FunctionResult) => void,
  ): relay.HostTensor[] {
    return this.execute(inputs, (fused, compute) => {
      const start = performance.now();
      const value = compute();
      observe?.({ ...fused, value, time: performance.now() - start });
      return value;
    });
  }

  /**
   * The cost of each function for inputs of these shapes; cycles do not depend on values.
   * @param model the hardware's timing; `"de10"` if left out
   */
  costs(
    inputs: Readonly<Record<string, relay.HostTensor>>,
    model: ProfileOptions["model"] = "de10",
  ): NetworkCosts {
    const layers: LayerCost[] = [];
    const options = { model, device: this.device, values: false };
    this.execute(inputs, (fused, compute) => {
      let value: relay.HostTensor | undefined;
      const start = performance.now();
      const measured =
        fused.device === "host"
          ? void (value = compute())
          : profile(() => void (value = compute()), options);
      const time = performance.now() - start;
      const { func, name } = fused;
      const layer = { ...fused, layer: layerOf(func, name), macs: macsOf(func), time };
      layers.push(measured === undefined ? layer : { ...layer, profile: measured });
      return value!;
    });
    return new NetworkCosts(layers);
  }

  /** Runs the functions in order, each by calling `around`. */
  private execute(
    inputs: Readonly<Record<string, relay.HostTensor>>,
    around: (fused: NetworkFunction, compute: () => relay.HostTensor) => relay.HostTensor,
  ): relay.HostTensor[] {
    const known = relay.bindInputs(this.func, inputs);
    let next = 0;
    return relay.evaluate(this.func.body, known, undefined, (call, args) => {
      const fused = this.functions[next++]!;
      return around(fused, () => this.computeHere(fused, call, args));
    });
  }

  /** @internal The result of a function's call on the devices of this process. */
  computeHere(
    { name }: NetworkFunction,
    call: relay.Call,
    args: readonly relay.HostTensor[],
  ): relay.HostTensor {
    const compiled = this.modules.get(name);
    return compiled === undefined
      ? evaluateOnHost(call, args)
      : this.runCompiled(compiled, call, args);
  }

  /** The schedule of a call's function; undefined for those that are computed operator by operator. */
  scheduleOf(call: relay.Expr): te.Schedule | undefined {
    const fused = this.functions[this.calls.findIndex((one) => one.call === call)];
    if (fused === undefined || !this.modules.has(fused.name)) return undefined;
    const { func, configuration } = fused;
    return configuration === undefined
      ? hostConvolution(func)?.schedule
      : acceleratorFunction(func, this.env)!.schedule(configuration.knobs);
  }

  /** @internal The compiled form of a function for the accelerator. */
  moduleOf(name: string): runtime.Module {
    return this.modules.get(name)!.module;
  }

  private compile({ func, name }: relay.FusedCall, records: RecordHistory | undefined): void {
    if (this.modules.has(name)) return;
    const { env, knobsOf, search = 0 } = this.options;
    const fused = acceleratorFunction(func, env);
    if (fused === undefined) {
      const host = hostConvolution(func);
      if (host === undefined) return;
      const module = build(host.schedule, host.args, { name, target: "llvm" });
      this.modules.set(name, { module, device: cpu() });
      return;
    }
    const given = knobsOf?.(func, name);
    const { configuration, compiled } = configure(fused, name, given, { env, records, search });
    this.modules.set(name, { module: compiled.module, device: this.device });
    this.configurations.set(name, configuration);
  }

  private runCompiled(
    { module, device }: CompiledFunction,
    call: relay.Call,
    args: readonly relay.HostTensor[],
  ): relay.HostTensor {
    const temporary: NDArray[] = [];
    const arrays = args.map((arg, i) => {
      const expr = call.args[i]!;
      if (expr.kind === "constant") return this.weight(expr, device);
      const array = upload(arg, device);
      temporary.push(array);
      return array;
    });
    const type = call.type;
    if (type.kind !== "tensor")
      throw new UsageError("network-packing", `a function of the network gives ${type}`);
    const result = NDArray.empty(type.shape, type.dtype, device);
    temporary.push(result);
    try {
      module(...arrays, result);
      return download(result, type);
    } finally {
      for (const array of temporary) array.free();
    }
  }

  private weight(expr: relay.Constant, device: runtime.Device): NDArray {
    let copied = this.weights.get(device);
    if (copied === undefined) this.weights.set(device, (copied = new Map()));
    let array = copied.get(expr);
    if (array === undefined) copied.set(expr, (array = upload(expr.value, device)));
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

function upload(value: relay.HostTensor, device: runtime.Device): NDArray {
  const array = NDArray.empty(value.shape, value.dtype, device);
  device.copyIn(array.address, value.toBytes());
  return array;
}

function download(array: NDArray, type: relay.TensorType): relay.HostTensor {
  const bytes = new Uint8Array(array.byteLength);
  array.device.copyOut(array.address, bytes);
  return relay.HostTensor.fromBytes(bytes, type.shape, type.dtype);
}
