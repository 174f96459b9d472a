/**
 * A network whose accelerator is in a session: on a board, in a server, or in this process. Functions for the
 * host are computed here. Weights are sent once, and values between functions of the accelerator stay in the
 * session.
 */

import { np, relay, UsageError, type Session, type SessionArray, type SessionModule } from "tvm-ts";
import type { BuiltNetwork, FunctionResult, NetworkFunction } from "./built-network";

export class SessionNetwork {
  private readonly modules = new Map<string, SessionModule>();
  private readonly weights = new Map<relay.Expr, SessionArray>();
  private freed = false;

  private constructor(
    private readonly network: BuiltNetwork,
    private readonly session: Session,
  ) {}

  /** Sends the functions of the accelerator to a session. */
  static async create(network: BuiltNetwork, session: Session): Promise<SessionNetwork> {
    const sent = new SessionNetwork(network, session);
    for (const { name, device } of network.functions) {
      if (device === "host" || sent.modules.has(name)) continue;
      const file = `${name}.so`;
      await network.moduleOf(name).saveFor(session, file);
      sent.modules.set(name, await session.loadModule(file));
    }
    return sent;
  }

  /**
   * As `BuiltNetwork.run`.
   * @param observe is called with the result of each function, which is copied here for it
   */
  async run(
    inputs: Readonly<Record<string, relay.HostTensor>>,
    observe?: (result: FunctionResult) => void,
  ): Promise<relay.HostTensor[]> {
    if (this.freed) {
      throw new UsageError(
        "network-session",
        "the network has been freed; send it again: sendTo()",
      );
    }
    const { func, functions } = this.network;
    const values = new Map<relay.Expr, SessionValue[]>();
    for (const [param, value] of relay.bindInputs(func, inputs)) {
      values.set(param, [new SessionValue(value)]);
    }
    const made: SessionValue[] = [];
    try {
      for (const expr of relay.allExprs(func.body)) {
        const args = relay.operandsOf(expr).flatMap((operand) => values.get(operand)!);
        if (expr.kind === "constant") values.set(expr, [new SessionValue(expr.value)]);
        if (expr.kind === "tuple") values.set(expr, args);
        if (expr.kind === "tuple_get_item") values.set(expr, [args[expr.index]!]);
        if (expr.kind !== "call") continue;
        const start = performance.now();
        const fused = functions[made.length]!;
        const value = await this.compute(fused, expr, args);
        const time = performance.now() - start;
        values.set(expr, [value]);
        made.push(value);
        if (observe !== undefined) observe({ ...fused, value: await value.here(), time });
      }
      return await Promise.all(values.get(func.body)!.map((value) => value.here()));
    } finally {
      await Promise.all([...values.values()].flat().map((value) => value.free()));
    }
  }

  /** Frees the network's functions and weights in the session. */
  async free(): Promise<void> {
    const held = [...this.weights.values(), ...this.modules.values()];
    this.freed = true;
    this.weights.clear();
    this.modules.clear();
    await Promise.all(held.map((one) => one.free()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.free();
  }

  private async compute(
    fused: NetworkFunction,
    call: relay.Call,
    args: readonly SessionValue[],
  ): Promise<SessionValue> {
    const module = this.modules.get(fused.name);
    if (module === undefined) {
      const here = await Promise.all(args.map((arg) => arg.here()));
      return new SessionValue(this.network.computeHere(fused, call, here));
    }
    const device = this.session.extDev(0);
    const arrays: SessionArray[] = [];
    for (const [i, arg] of args.entries()) {
      const expr = call.args[i]!;
      arrays.push(
        expr.kind === "constant" ? await this.weight(expr) : await arg.there(this.session),
      );
    }
    const { shape, dtype } = call.type as relay.TensorType;
    const result = await device.empty(shape, dtype);
    await module(...arrays, result);
    return new SessionValue(undefined, result);
  }

  private async weight(expr: relay.Constant): Promise<SessionArray> {
    let array = this.weights.get(expr);
    if (array === undefined) {
      array = await this.session.extDev(0).array(asNumpy(expr.value));
      this.weights.set(expr, array);
    }
    return array;
  }
}

/** A value of the network: here, in the session, or both. */
class SessionValue {
  constructor(
    private host: relay.HostTensor | undefined,
    private array?: SessionArray,
  ) {}

  async here(): Promise<relay.HostTensor> {
    if (this.host === undefined) {
      const { data, shape, dtype } = await this.array!.numpy();
      const type = dtype as relay.HostTensor["dtype"];
      this.host = relay.HostTensor.of(data as ArrayLike<number>, [...shape], type);
    }
    return this.host;
  }

  async there(session: Session): Promise<SessionArray> {
    this.array ??= await session.extDev(0).array(asNumpy(this.host!));
    return this.array;
  }

  async free(): Promise<void> {
    const { array } = this;
    this.array = undefined;
    await array?.free();
  }
}

export function asNumpy(value: relay.HostTensor): np.ndarray {
  return np.array(value.data, value.dtype).reshape([...value.shape]);
}
