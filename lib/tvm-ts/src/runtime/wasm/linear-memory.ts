/**
 * Linear memory as devices have it, and typed windows on it.
 *
 * Every device memory is *shared* (`WebAssembly.Memory` with `shared: true`): worker threads can
 * compute in it, it grows without cutting off existing windows, and compiled modules import one kind
 * of memory only.
 */

/** Bytes of a WebAssembly page. */
export const WASM_PAGE_BYTES = 65536;

/** A 32-bit memory's limit: 4 GiB. Only what is used is ever backed by the operating system. */
export const MAX_PAGES = 65536;

/** A memory that can be a device's, of at least `bytes` bytes. */
export function createMemory(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({
    initial: Math.ceil(bytes / WASM_PAGE_BYTES),
    maximum: MAX_PAGES,
    shared: true,
  });
}

const windows = new WeakMap<WebAssembly.Memory, Uint8Array>();

/** All of a memory's bytes as it is now; ask again after anything that may have made it grow. */
export function memoryBytes(memory: WebAssembly.Memory): Uint8Array {
  const cached = windows.get(memory);
  const { buffer } = memory;
  if (cached !== undefined && cached.buffer === buffer) return cached;
  const fresh = new Uint8Array(buffer);
  windows.set(memory, fresh);
  return fresh;
}
