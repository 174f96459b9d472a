/** A session's objects on the server, by the handles that the client has. */

import { UsageError } from "../../support";
import type { Device } from "../../runtime";
import { ServedModule, type ServedFunction } from "./machine";

/** A range of a device's memory. */
export interface Allocation {
  readonly device: Device;
  readonly address: number;
  readonly bytes: number;
}

type Held =
  | { readonly kind: "array"; readonly allocation: Allocation }
  | { readonly kind: "func"; readonly func: ServedFunction }
  | { readonly kind: "module"; readonly module: ServedModule };

export class Handles {
  private readonly held = new Map<bigint, Held>();
  private next = 1n;

  constructor(private readonly limit: number) {}

  add(value: Allocation | ServedFunction | ServedModule): bigint {
    if (this.held.size >= this.limit) {
      throw new UsageError(
        "rpc-limit",
        `the session has ${this.held.size} arrays, modules and functions, which is the limit; free some first`,
      );
    }
    const handle = this.next++;
    this.held.set(handle, heldOf(value));
    return handle;
  }

  array(handle: bigint): Allocation {
    const held = this.held.get(handle);
    if (held?.kind === "array") return held.allocation;
    throw new UsageError(
      "rpc-server",
      `the session has no array with handle ${handle}; it may have been freed`,
    );
  }

  func(handle: bigint): ServedFunction {
    const held = this.held.get(handle);
    if (held?.kind === "func") return held.func;
    throw new UsageError("rpc-server", `the session has no function with handle ${handle}`);
  }

  module(handle: bigint): ServedModule {
    const held = this.held.get(handle);
    if (held?.kind === "module") return held.module;
    throw new UsageError("rpc-server", `the session has no module with handle ${handle}`);
  }

  remove(handle: bigint): void {
    if (this.held.delete(handle)) return;
    throw new UsageError("rpc-server", `the session has nothing with handle ${handle}`);
  }

  /** Removes all objects, and returns the arrays. */
  clear(): Allocation[] {
    const arrays = [...this.held.values()].flatMap((held) =>
      held.kind === "array" ? [held.allocation] : [],
    );
    this.held.clear();
    return arrays;
  }
}

function heldOf(value: Allocation | ServedFunction | ServedModule): Held {
  if (value instanceof ServedModule) return { kind: "module", module: value };
  if (typeof value === "function") return { kind: "func", func: value };
  return { kind: "array", allocation: value };
}
