/** The interface of code generators, and the part of a target that they use. */

import type { Artifact, Configuration, DeviceKind } from "../artifact";
import type { Call, IRModule, Op, PrimExpr } from "../ir";
import type { Pass } from "../pass";

/** Rewrites a call of a target-specific operator to operators that every target has. */
export type Lowering = (call: Call) => PrimExpr;

export interface CodegenTarget {
  /** The kind of device whose memory the functions use. */
  readonly kind: DeviceKind;
  /** The lowerings of target-specific operators. */
  readonly lowerings: ReadonlyMap<Op, Lowering>;
  readonly configuration: Configuration | undefined;
  toString(): string;
}

export interface CodeGenerator {
  readonly name: string;
  /** The passes that run before code is generated. */
  passes(target: CodegenTarget): readonly Pass[];
  /**
   * @param module the result of the passes on `source`
   * @param source the functions before the passes; the artifact keeps their text
   * @throws UsageError for programs that the generator does not support.
   */
  generate(module: IRModule, target: CodegenTarget, source: IRModule): Artifact;
}
