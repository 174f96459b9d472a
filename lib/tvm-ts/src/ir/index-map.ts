/** Maps from indices of one layout to those of another, for `transformLayout`. */

import type { Span } from "../support";
import type { Buffer } from "./buffer";
import type { PrimExpr, Var } from "./expr";
import { reprExpr } from "./print/repr";

/** The element at `initialIndices` is moved to `finalIndices`, expressions of those variables. */
export class IndexMap {
  constructor(
    readonly initialIndices: readonly Var[],
    readonly finalIndices: readonly PrimExpr[],
    /** The line that requested it. */
    readonly span?: Span,
  ) {}

  /** `index_map(lambda i, j: (j, i,))`, as the reference writes it. */
  toString(): string {
    const from = this.initialIndices.map((index) => index.name).join(", ");
    const to = this.finalIndices.map((index) => `${reprExpr(index)},`).join(" ");
    return `index_map(lambda ${from}: (${to}))`;
  }
}

/** The layout maps of buffers, which are applied in order. */
export class LayoutTransforms {
  constructor(readonly maps: ReadonlyMap<Buffer, readonly IndexMap[]>) {}

  /** The same maps for replaced buffers. */
  remap(replacement: (buffer: Buffer) => Buffer): LayoutTransforms {
    return new LayoutTransforms(
      new Map([...this.maps].map(([buffer, maps]) => [replacement(buffer), maps])),
    );
  }

  toString(): string {
    const entries = [...this.maps].map(([{ name }, maps]) => `${name}: [${maps.join(", ")}]`);
    return `{${entries.join(", ")}}`;
  }
}
