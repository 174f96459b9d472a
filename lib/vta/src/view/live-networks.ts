/** Networks whose boxes a front end can open: it requests schedule, profile and tensors. */

import { relay, view } from "tvm-ts";
import { asNumpy, inputValues, RunnableNetwork, type Network, type NetworkInputs } from "../graph";
import { LiveObjects, shown } from "./live-objects";
import type { Box, NetworkGraphOptions } from "./network-boxes";

/** A part of a box, as the output of a cell. */
export interface BoxPart {
  /** `schedule`, `profile`, or the tensor's place: `result`, `input conv1 (Conv)`, `weights 1`. */
  readonly name: string;
  readonly bundle: view.MimeBundle;
}

/** The answer to a `LiveRequest` for a box. */
export interface BoxReply {
  readonly request: number;
  readonly parts: readonly BoxPart[];
}

/** A drawn network. */
class ShownNetwork {
  private values: ReadonlyMap<relay.Expr, relay.HostTensor> | undefined;

  constructor(
    private readonly network: Network | RunnableNetwork,
    private readonly options: NetworkGraphOptions,
    private readonly boxes: readonly Box[],
  ) {}

  parts(index: number): { readonly parts: readonly BoxPart[] } {
    const box = this.boxes[index];
    if (box === undefined) return { parts: [] };
    return { parts: [...this.program(box), ...this.tensors(box)] };
  }

  private program({ call, cost }: Box): BoxPart[] {
    const { network } = this;
    const schedule =
      network instanceof RunnableNetwork ? network.built.scheduleOf(call) : undefined;
    return [
      ...(schedule === undefined ? [] : [{ name: "schedule", bundle: shown(schedule) }]),
      ...(cost?.profile === undefined ? [] : [{ name: "profile", bundle: shown(cost.profile) }]),
    ];
  }

  private tensors({ call, inputs }: Box): BoxPart[] {
    const { inputs: given } = this.options;
    if (given === undefined) return [];
    this.values ??= computed(this.network, given);
    const part = (name: string, expr: relay.Expr): BoxPart[] => {
      const value = expr.kind === "constant" ? expr.value : this.values!.get(expr);
      // A scalar constant is part of the program.
      if (value === undefined || value.shape.length === 0) return [];
      return [{ name, bundle: shown(asNumpy(value)) }];
    };
    const labels = new Map(this.boxes.map((box) => [box.call, box.label]));
    const weights = inputs.filter((expr) => expr.kind === "constant");
    const read = inputs.flatMap((expr) => {
      if (expr.kind !== "constant") return part(`input ${labels.get(expr) ?? ""}`, expr);
      return part(`weights ${weights.indexOf(expr) + 1}`, expr);
    });
    return [...part("result", call), ...read];
  }
}

/** The result of each function (or of each operator, if the network is not built) for these inputs. */
function computed(
  network: Network | RunnableNetwork,
  inputs: NetworkInputs,
): ReadonlyMap<relay.Expr, relay.HostTensor> {
  const values = new Map<relay.Expr, relay.HostTensor>();
  if (network instanceof RunnableNetwork) {
    const calls = relay.fusedCalls(network.built.func);
    network.run(inputs, ({ value }) => values.set(calls[values.size]!.call, value));
  } else {
    network.run(inputs, (call, value) => {
      if (value instanceof relay.HostTensor) values.set(call, value);
    });
  }
  for (const [param, value] of inputValues(network, inputs)) values.set(param, value);
  return values;
}

const liveNetworks = view.perKernel(
  (comms) => new LiveObjects<ShownNetwork>(comms, "network", (shown, index) => shown.parts(index)),
);

/** The `live` id for requests about a drawn network; empty without a kernel that serves them. */
export function liveNetwork(
  network: Network | RunnableNetwork,
  options: NetworkGraphOptions,
  boxes: readonly Box[],
): { live?: string } {
  const networks = liveNetworks();
  if (networks === undefined) return {};
  return { live: networks.keep(new ShownNetwork(network, options, boxes)) };
}
