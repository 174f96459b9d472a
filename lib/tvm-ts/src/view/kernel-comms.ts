/** A kernel's comms (`jupyter.comm`, see docs/cells.md), through which front ends ask about outputs. */

/** What is used of a comm. */
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

/** Gives what `make` makes of the kernel's comms, once a kernel; `undefined` where there is no kernel. */
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
