/**
 * The on-chip memories that schedules of this process can name as scopes. A library that brings an
 * accelerator says what its memories are, so that `lower` knows them whatever it lowers for.
 */

import { PassContext, type MemoryInfo } from "../pass";

type Memories = Readonly<Record<string, MemoryInfo>>;

export class MemoryRegistry {
  private readonly sources: (() => Memories)[] = [];

  /** Adds memories by their scopes; `find` is asked each time something is lowered. */
  provide(find: () => Memories): void {
    this.sources.push(find);
  }

  /** The context, with the memories it does not speak of itself. */
  completed(context = new PassContext()): PassContext {
    const provided = this.sources.map((find) => find());
    if (provided.length === 0) return context;
    const all = Object.assign({}, ...provided, context.option("tir.memory_info")) as Memories;
    return context.with({ config: { "tir.memory_info": all } });
  }
}
