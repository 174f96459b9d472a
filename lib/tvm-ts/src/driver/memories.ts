/**
 * The on-chip memories that schedules of this process can use as scopes. The library of an accelerator
 * registers its memories, so that `lower` has them for every target.
 */

import { PassContext, type MemoryInfo } from "../pass";

type Memories = Readonly<Record<string, MemoryInfo>>;

export class MemoryRegistry {
  private readonly sources: (() => Memories)[] = [];

  /** Registers memories by their scopes. `find` is called in each lowering. */
  provide(find: () => Memories): void {
    this.sources.push(find);
  }

  /** The context, with the registered memories that it does not define itself. */
  withMemories(context = new PassContext()): PassContext {
    const provided = this.sources.map((find) => find());
    if (provided.length === 0) return context;
    const all = Object.assign({}, ...provided, context.option("tir.memory_info")) as Memories;
    return context.with({ config: { "tir.memory_info": all } });
  }
}
