/**
 * `vta.network`: whole networks, from an ONNX file to the accelerator, step by step. Every step returns a new
 * network, which shows its text, can run, and lists the passes that made it.
 */

import { np, relay, UsageError, type Session } from "tvm-ts";
import { Environment, getEnv } from "../compiler";
import type { ConvKnobs } from "../topi";
import type { ProfileOptions } from "../api";
import { BuiltNetwork, type NetworkBuildOptions } from "./built-network";
import { NetworkAccuracy, type NetworkCosts } from "./costs";
import { graphPack } from "./pack";
import type { PackOptions } from "./region";
import { asNumpy, SessionNetwork } from "./session-network";

/** The types of values that an input accepts. */
export type NetworkInput = relay.HostTensor | Parameters<typeof np.array>[0];
export type NetworkInputs = Readonly<Record<string, NetworkInput>>;

export interface NetworkOptions {
  /** Shapes of inputs, for lengths that the file does not fix. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Inputs that become constants at import. */
  readonly fixed?: NetworkInputs;
}

export interface NetworkQuantizeOptions extends Partial<relay.QuantizeConfig> {
  /** Typical inputs, for calibration modes that use data. */
  readonly dataset?: readonly NetworkInputs[];
}

export class Network {
  /** A sentence for each node that cannot run. */
  readonly problems: readonly string[];

  constructor(
    readonly func: relay.Func,
    readonly outputs: readonly string[],
    problems: readonly string[] = [],
    /** The passes that made it, in order. */
    readonly steps: readonly relay.RelayStep[] = [],
    private readonly values?: relay.QuantizedValues,
  ) {
    this.problems = problems;
  }

  /** Inputs with their types. */
  get inputs(): Readonly<Record<string, relay.Type>> {
    return Object.fromEntries(this.func.params.map((param) => [param.name, param.type]));
  }

  /** The text in Relay's form. */
  toString(): string {
    return relay.printRelay(this.func);
  }

  /**
   * Computes the outputs on the host, operator by operator.
   * @throws UsageError for inputs that do not fit, or an unknown operator.
   */
  run(inputs: NetworkInputs, observe?: relay.Observer): Record<string, np.ndarray> {
    const values = hostInputs(this.func, inputs);
    return named(this.outputs, relay.evaluateFunc(this.func, values, observe));
  }

  /**
   * The network in integers where it can be.
   * @throws UsageError for invalid settings, or a network that cannot be quantized.
   */
  quantize({ dataset, ...config }: NetworkQuantizeOptions = {}): Network {
    const steps: relay.RelayStep[] = [];
    let values: relay.QuantizedValues | undefined;
    const func = relay.quantize(this.func, {
      ...config,
      watchValues: (made) => (values = made),
      ...(dataset && { dataset: dataset.map((inputs) => hostInputs(this.func, inputs)) }),
      watch: (step) => steps.push(step),
    });
    return this.next(func, steps, values);
  }

  /**
   * How far the integers of each layer are from the floats that they stand for, the worst layer first.
   * @throws UsageError for a network in float, or inputs that do not fit.
   */
  accuracy(inputs: NetworkInputs): NetworkAccuracy {
    return accuracyOf(this.values, hostInputs(this.func, inputs));
  }

  /**
   * The network with the accelerator's part in blocks of batch and channels.
   * @throws UsageError when there is no such part, or something in it cannot be packed.
   */
  pack({ env = getEnv(), ...options }: PackOptions & { readonly env?: Environment } = {}): Network {
    const pass: relay.RelayPass = {
      name: "GraphPack",
      doc: "puts the accelerator's part into blocks of batch and channels",
      run: (func) => graphPack(func, env, options),
    };
    const steps: relay.RelayStep[] = [];
    const func = relay.runRelayPasses([pass], this.func, (step) => steps.push(step));
    return this.next(func, steps);
  }

  /**
   * Compiles the network: operators are fused into functions; those on packed integers run on the
   * accelerator.
   * @throws UsageError when a function cannot be compiled.
   */
  build({ env = getEnv(), ...options }: Partial<NetworkBuildOptions> = {}): RunnableNetwork {
    const steps: relay.RelayStep[] = [];
    const passes = relay.compilePasses;
    const func = relay.runRelayPasses(passes, this.func, (step) => steps.push(step));
    const built = new BuiltNetwork(func, { ...options, env });
    return new RunnableNetwork(built, this.outputs, [...this.steps, ...steps], this.values);
  }

  private next(func: relay.Func, steps: readonly relay.RelayStep[], values = this.values): Network {
    return new Network(func, this.outputs, this.problems, [...this.steps, ...steps], values);
  }
}

/** A network whose functions run on the accelerator where possible. */
export class RunnableNetwork {
  constructor(
    readonly built: BuiltNetwork,
    readonly outputs: readonly string[],
    /** The passes that made it, in order. */
    readonly steps: readonly relay.RelayStep[],
    private readonly values?: relay.QuantizedValues,
  ) {}

  get functions(): BuiltNetwork["functions"] {
    return this.built.functions;
  }

  /** The functions in the order in which they run, each with its device. */
  toString(): string {
    const lines = this.functions.map(({ name, device }) => `  ${device.padEnd(11)}  ${name}`);
    return [`${this.functions.length} functions`, ...lines].join("\n");
  }

  /**
   * Computes the outputs. @param observe is called with the result and the time of each function @throws
   * UsageError for inputs that do not fit.
   */
  run(
    inputs: NetworkInputs,
    observe?: Parameters<BuiltNetwork["run"]>[1],
  ): Record<string, np.ndarray> {
    const values = hostInputs(this.built.func, inputs);
    return named(this.outputs, this.built.run(values, observe));
  }

  /**
   * Sends the accelerator's functions to a session, whose accelerator must have the configuration that the
   * network was built for (`vta.reconfigRuntime`).
   */
  async sendTo(session: Session): Promise<SentNetwork> {
    const there = await SessionNetwork.create(this.built, session);
    return new SentNetwork(this, there);
  }

  /**
   * The cost of each function: multiply-adds, and on the accelerator cycles and bytes. Cycles do not depend
   * on values.
   * @param model the hardware's timing; `"de10"` if left out
   * @throws UsageError for inputs that do not fit.
   */
  costs(inputs: NetworkInputs, model?: ProfileOptions["model"]): NetworkCosts {
    return this.built.costs(hostInputs(this.built.func, inputs), model);
  }

  /**
   * How far the integers of each layer are from the floats that they stand for, the worst layer first.
   * @throws UsageError for a network that was loaded, or inputs that do not fit.
   */
  accuracy(inputs: NetworkInputs): NetworkAccuracy {
    return accuracyOf(this.values, hostInputs(this.built.func, inputs));
  }
}

/** A network whose accelerator is in a session. */
export class SentNetwork {
  constructor(
    private readonly network: RunnableNetwork,
    private readonly there: SessionNetwork,
  ) {}

  /**
   * Computes the outputs: the accelerator's functions in the session, those of the host here. @param observe
   * is called with the result and the time of each function; every value is copied here for it
   * @throws UsageError for inputs that do not fit; TvmError when the session has ended
   */
  async run(
    inputs: NetworkInputs,
    observe?: Parameters<BuiltNetwork["run"]>[1],
  ): Promise<Record<string, np.ndarray>> {
    const { built, outputs } = this.network;
    return named(outputs, await this.there.run(hostInputs(built.func, inputs), observe));
  }

  /** Frees the functions and weights in the session; the session stays open. */
  async free(): Promise<void> {
    await this.there.free();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.free();
  }
}

function accuracyOf(
  values: relay.QuantizedValues | undefined,
  inputs: Readonly<Record<string, relay.HostTensor>>,
): NetworkAccuracy {
  if (values === undefined) {
    throw new UsageError(
      "quantize-network",
      "this network has no record of its floats: use the network that quantize() returns",
    );
  }
  return new NetworkAccuracy(values.accuracy(inputs));
}

/**
 * Reads a network from the bytes of an ONNX file.
 * @throws UsageError when the file is broken, or its nodes do not fit together: names the node.
 */
export function fromOnnx(bytes: Uint8Array, { shapes, fixed }: NetworkOptions = {}): Network {
  const { func, outputs, problems } = relay.fromOnnx(bytes, {
    ...(shapes && { shapes }),
    ...(fixed && {
      fixed: Object.fromEntries(
        Object.entries(fixed).map(([name, value]) => [name, hostTensor(value)]),
      ),
    }),
  });
  return new Network(func, outputs, problems);
}

/** The data of a saved network besides its graph. */
interface SavedExtra {
  readonly outputs: readonly string[];
  /** The accelerator that a runnable network was compiled for, and how its functions were divided. */
  readonly config?: Environment["config"];
  readonly knobs?: Readonly<Record<string, ConvKnobs>>;
}

/**
 * A network as the bytes of one file, with a checksum.
 * @throws UsageError for a network with unknown operators.
 */
export function saveNetwork(network: Network | RunnableNetwork): Uint8Array {
  const runnable = network instanceof RunnableNetwork;
  const func = runnable ? network.built.func : network.func;
  const compiled = runnable
    ? { config: network.built.env.config, knobs: knobsByName(network.functions) }
    : {};
  const extra: SavedExtra = { outputs: network.outputs, ...compiled };
  return relay.encodeNetwork({ func, extra });
}

/**
 * Reads a file of `saveNetwork`: a network, or a runnable network, which is recompiled for its accelerator.
 * @throws UsageError when the bytes are not a saved network, or have been changed.
 */
export function loadNetwork(bytes: Uint8Array): Network | RunnableNetwork {
  const { func, extra } = relay.decodeNetwork(bytes);
  const { outputs, config, knobs = {} } = extra as SavedExtra;
  if (config === undefined) return new Network(func, outputs);
  const env = new Environment(config);
  const built = new BuiltNetwork(func, { env, knobsOf: (_, name) => knobs[name] });
  return new RunnableNetwork(built, outputs, []);
}

function knobsByName(functions: BuiltNetwork["functions"]): Record<string, ConvKnobs> {
  return Object.fromEntries(
    functions.flatMap(({ name, configuration }) =>
      configuration === undefined ? [] : [[name, configuration.knobs]],
    ),
  );
}

function named(
  outputs: readonly string[],
  values: readonly relay.HostTensor[],
): Record<string, np.ndarray> {
  return Object.fromEntries(outputs.map((name, i) => [name, asNumpy(values[i]!)]));
}

/**
 * The values of a network's inputs by variable.
 * @throws UsageError for inputs that do not fit.
 */
export function inputValues(
  network: Network | RunnableNetwork,
  inputs: NetworkInputs,
): Map<relay.Expr, relay.HostTensor> {
  const func = network instanceof RunnableNetwork ? network.built.func : network.func;
  return relay.bindInputs(func, hostInputs(func, inputs));
}

function hostInputs(func: relay.Func, inputs: NetworkInputs): Record<string, relay.HostTensor> {
  const types = new Map(func.params.map((param) => [param.name, param.type]));
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, hostTensor(value, types.get(name), name)]),
  );
}

/** Numbers converted to an input's type. @throws UsageError for another shape. */
function hostTensor(value: NetworkInput, type?: relay.Type, name = ""): relay.HostTensor {
  if (value instanceof relay.HostTensor) return value;
  const array = np.array(value);
  const given = Array.from(array.data as ArrayLike<number | bigint>, Number);
  const dtype = (type?.kind === "tensor" ? type.dtype : array.dtype) as relay.HostTensor["dtype"];
  if (type?.kind === "tensor" && !relay.sameShape(type.shape, array.shape)) {
    throw new UsageError(
      "network-input",
      `input '${name}' is ${type}; an array of [${array.shape.join(", ")}] was passed: reshape it`,
    );
  }
  return relay.HostTensor.of(given, [...array.shape], dtype);
}
