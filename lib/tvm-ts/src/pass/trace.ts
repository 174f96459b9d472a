/** What lowering did, pass by pass. */

import { printModule, type IRModule } from "../ir";
import type { PassRecord } from "./recorder";

export class LowerTrace {
  constructor(
    /** Before the first pass. */
    readonly start: IRModule,
    readonly module: IRModule,
    /** Each pass, in the order in which they finished. */
    readonly passes: readonly PassRecord[],
  ) {}

  /** The names of the passes that changed something, and the result. */
  toString(): string {
    const names = this.passes.filter((pass) => pass.changed).map((pass) => pass.name);
    return `changed by ${names.join(", ")}\n${printModule(this.module).text}`;
  }
}
