/** The definition of a network's operators. */

import { UsageError } from "../support";
import type { HostTensor } from "./host-tensor";
import type { Type } from "./type";

export type AttrValue =
  number | string | boolean | null | readonly number[] | readonly (readonly number[])[];

/** An operator's settings by name, in the order in which they are printed. */
export type Attrs = Readonly<Record<string, AttrValue>>;

/**
 * A setting, with whether its number is printed as a float. A setting without default is required.
 */
export interface AttrSpec {
  readonly name: string;
  readonly default?: AttrValue;
  readonly float?: true;
}

/**
 * How an operator can be fused with its neighbours, from elementwise to not at all; fusion compares
 * the values.
 */
export enum OpPattern {
  elementwise = 0,
  broadcast = 1,
  injective = 2,
  reduction = 3,
  /** Elementwise operators on its result can be fused: a convolution. */
  outElementwiseFusable = 4,
  tuple = 7,
  opaque = 8,
}

export interface OpDefinition {
  readonly name: string;
  readonly pattern: OpPattern;
  readonly attrs?: readonly AttrSpec[];
  /** The type of the result. @throws UsageError when the arguments do not match. */
  infer(args: readonly Type[], attrs: Attrs): Type;
  /** Computes the result on the host; undefined for operators that passes replace. */
  evaluate?(args: readonly HostTensor[], attrs: Attrs, type: Type): HostTensor | HostTensor[];
}

export class Op {
  readonly kind = "op";
  readonly name: string;
  readonly pattern: OpPattern;
  readonly attrs: readonly AttrSpec[];

  constructor(private readonly definition: OpDefinition) {
    this.name = definition.name;
    this.pattern = definition.pattern;
    this.attrs = definition.attrs ?? [];
  }

  /** @throws UsageError when the arguments do not match. */
  inferType(args: readonly Type[], attrs: Attrs): Type {
    return this.definition.infer(args, attrs);
  }

  /** Settings with the defaults filled in. @throws UsageError for one that is missing or unknown. */
  settings(given: Attrs): Attrs {
    const unknown = Object.keys(given).find((name) => !this.attrs.some((a) => a.name === name));
    if (unknown !== undefined)
      throw new UsageError("network-operator", `${this.name} has no attribute '${unknown}'`);
    return Object.fromEntries(
      this.attrs.map((attr) => {
        const value = given[attr.name] ?? attr.default;
        if (value === undefined)
          throw new UsageError("network-operator", `${this.name} needs '${attr.name}'`);
        return [attr.name, value];
      }),
    );
  }

  /** @throws UsageError for operators that passes replace. */
  evaluate(args: readonly HostTensor[], attrs: Attrs, type: Type): HostTensor | HostTensor[] {
    const { evaluate } = this.definition;
    if (evaluate === undefined)
      throw new UsageError("network-operator", `${this.name} cannot be computed on the host`);
    return evaluate(args, attrs, type);
  }

  get isComputable(): boolean {
    return this.definition.evaluate !== undefined;
  }
}
