/** What a code generator is, and what of a target it looks at. */

import type { Artifact, Configuration, DeviceKind } from "../artifact";
import type { Call, IRModule, Op, PrimExpr } from "../ir";
import type { Pass } from "../pass";

/** How a call of a target's own operator is expressed with what every target has. */
export type Lowering = (call: Call) => PrimExpr;

export interface CodegenTarget {
  /** The kind of device whose memory the functions work in. */
  readonly kind: DeviceKind;
  /** How the target's own operators are lowered. */
  readonly lowerings: ReadonlyMap<Op, Lowering>;
  readonly configuration: Configuration | undefined;
  toString(): string;
}

export interface CodeGenerator {
  readonly name: string;
  /** What functions go through before code is generated for them. */
  passes(target: CodegenTarget): readonly Pass[];
  /**
   * @param module what the passes leave of `source`
   * @param source the functions as they were given, whose text the artifact keeps
   * @throws UsageError for what the generator has no form for.
   */
  generate(module: IRModule, target: CodegenTarget, source: IRModule): Artifact;
}
