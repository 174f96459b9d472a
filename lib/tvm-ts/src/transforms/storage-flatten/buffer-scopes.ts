/** The replacements of buffers, during the rewrite of their realizations. */

import { InternalError } from "../../support";
import type { Buffer } from "../../ir";

/** Maps the buffers of the program to their entries. Accesses must be in scope. */
export class BufferScopes<T> {
  private readonly entries = new Map<Buffer, T>();
  private readonly left = new Set<Buffer>();

  define(buffer: Buffer, entry: T): void {
    this.entries.set(buffer, entry);
    this.left.delete(buffer);
  }

  /** Ends the scope of the buffer: it must not be accessed any more. */
  leave(buffer: Buffer): void {
    this.left.add(buffer);
  }

  /** The entry of a buffer, in scope or not. */
  lookup(buffer: Buffer): T | undefined {
    return this.entries.get(buffer);
  }

  /** The entry of an accessed buffer, which must be in scope if it has an entry. */
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
