/**
 * The linear memory of devices, and typed views of it.
 *
 * Every device memory is *shared* (`WebAssembly.Memory` with `shared: true`): worker threads can
 * compute in it, growing it does not detach existing views, and compiled modules import one kind of
 * memory only.
 */

/** Bytes of a WebAssembly page. */
export const WASM_PAGE_BYTES = 65536;

/** A 32-bit memory's limit: 4 GiB. The operating system backs only the pages that are used. */
export const MAX_PAGES = 65536;

/** A memory for a device, of at least `bytes` bytes. */
export function createMemory(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({
    initial: Math.ceil(bytes / WASM_PAGE_BYTES),
    maximum: MAX_PAGES,
    shared: true,
  });
}

const views = new WeakMap<WebAssembly.Memory, Uint8Array>();

/** All bytes of a memory at its current size; call again after the memory may have grown. */
export function memoryBytes(memory: WebAssembly.Memory): Uint8Array {
  const cached = views.get(memory);
  const { buffer } = memory;
  if (cached !== undefined && cached.buffer === buffer) return cached;
  const fresh = new Uint8Array(buffer);
  views.set(memory, fresh);
  return fresh;
}
