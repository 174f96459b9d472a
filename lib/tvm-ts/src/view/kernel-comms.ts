/**
 * A kernel's comms (`jupyter.comm`, see docs/cells.md), through which front ends request data about
 * outputs.
 */

/** The part of a comm that is used here. */
export interface KernelComm {
  send(data: object, extras?: { readonly buffers?: readonly Uint8Array[] }): void;
  close(): void;
  onMessage(handler: (message: { readonly data: object }) => void): void;
}

export interface KernelComms {
  register(
    target: string,
    accept: (comm: KernelComm, message: { readonly data: object }) => void,
  ): void;
}

/**
 * Calls `make` with the kernel's comms once per kernel, and returns its result; `undefined` without
 * a kernel.
 */
export function perKernel<T extends object>(make: (comms: KernelComms) => T): () => T | undefined {
  const made = new WeakMap<KernelComms, T>();
  return () => {
    const comms = (globalThis as { jupyter?: { comm?: KernelComms } }).jupyter?.comm;
    if (comms === undefined) return undefined;
    let object = made.get(comms);
    if (object === undefined) made.set(comms, (object = make(comms)));
    return object;
  };
}
