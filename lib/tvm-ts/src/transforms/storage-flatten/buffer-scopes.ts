/** What an access of a buffer becomes while its realization is being rewritten. */

import { InternalError } from "../../support";
import type { Buffer } from "../../ir";

/** From the buffers of the program to what is known of them; accesses must be in scope. */
export class BufferScopes<T> {
  private readonly entries = new Map<Buffer, T>();
  private readonly left = new Set<Buffer>();

  define(buffer: Buffer, entry: T): void {
    this.entries.set(buffer, entry);
    this.left.delete(buffer);
  }

  /** From here on the buffer must not be accessed. */
  leave(buffer: Buffer): void {
    this.left.add(buffer);
  }

  /** What is known of a buffer, in scope or not. */
  lookup(buffer: Buffer): T | undefined {
    return this.entries.get(buffer);
  }

  /** The same for an access: of a buffer that must be in scope if it is known. */
  find(buffer: Buffer): T | undefined {
    const entry = this.entries.get(buffer);
    if (entry !== undefined && this.left.has(buffer)) {
      throw new InternalError(`buffer ${buffer.name} is accessed outside its realization`);
    }
    return entry;
  }

  /** @throws InternalError for a buffer that was never defined. */
  get(buffer: Buffer): T {
    const entry = this.find(buffer);
    if (entry === undefined) {
      throw new InternalError(`buffer ${buffer.name} is accessed but neither bound nor realized`);
    }
    return entry;
  }
}
