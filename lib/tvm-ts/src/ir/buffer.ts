/** Buffers: typed, shaped views of memory behind a pointer variable. */

import type { Span } from "../support";
import { canonicalDType, type DataType } from "./dtype";
import { IntImm, Var, type PointerType, type PrimExpr } from "./expr";

/** Bytes the reference aligns allocations to when nobody asks for more. */
export const ALLOC_ALIGNMENT = 64;

export interface BufferOptions {
  readonly data?: Var;
  readonly strides?: readonly PrimExpr[];
  readonly elemOffset?: PrimExpr;
  readonly name?: string;
  readonly scope?: string;
  /** Bytes; 64 if left out or 0. */
  readonly dataAlignment?: number;
  /** `elemOffset` is a multiple of this. */
  readonly offsetFactor?: number;
  /** Dimensions of extent 1 broadcast against whatever is bound to the buffer. */
  readonly autoBroadcast?: boolean;
  readonly axisSeparators?: readonly number[];
  readonly span?: Span;
}

/** Identity is the object: two buffers may have the same name and data. */
export class Buffer {
  constructor(
    /** The pointer; several buffers may view the same one. */
    readonly data: Var,
    readonly dtype: DataType,
    readonly shape: readonly PrimExpr[],
    /** In elements; empty when the buffer is compact and row-major. */
    readonly strides: readonly PrimExpr[],
    /** In elements. */
    readonly elemOffset: PrimExpr,
    readonly name: string,
    readonly dataAlignment: number = ALLOC_ALIGNMENT,
    readonly offsetFactor = 1,
    readonly autoBroadcast = false,
    readonly axisSeparators: readonly number[] = [],
    readonly span?: Span,
  ) {}

  /** Where the memory is: `global`, `local.acc_buffer`, ... */
  get scope(): string {
    const scope = this.data.pointer?.scope ?? "";
    return scope === "" ? "global" : scope;
  }

  /** A buffer that differs in the given fields only. */
  with(changes: {
    readonly data?: Var;
    readonly dtype?: DataType;
    readonly shape?: readonly PrimExpr[];
    readonly strides?: readonly PrimExpr[];
    readonly elemOffset?: PrimExpr;
    readonly name?: string;
    readonly axisSeparators?: readonly number[];
  }): Buffer {
    return new Buffer(
      changes.data ?? this.data,
      changes.dtype ?? this.dtype,
      changes.shape ?? this.shape,
      changes.strides ?? this.strides,
      changes.elemOffset ?? this.elemOffset,
      changes.name ?? this.name,
      this.dataAlignment,
      this.offsetFactor,
      this.autoBroadcast,
      changes.axisSeparators ?? this.axisSeparators,
      this.span,
    );
  }

  toString(): string {
    return `buffer(${this.name}, shape=[${this.shape.join(", ")}], dtype=${this.dtype})`;
  }
}

/**
 * A new buffer of `shape` elements of `dtype`.
 * An `offsetFactor` without an `elemOffset` asks for a variable that an offset can be bound to.
 * @throws UsageError for an unknown type.
 */
export function declBuffer(
  shape: readonly (PrimExpr | number)[],
  dtype: string = "float32",
  options: BufferOptions = {},
): Buffer {
  const type = canonicalDType(dtype);
  const name = options.name ?? "buffer";
  const dims = shape.map((dim) => (typeof dim === "number" ? new IntImm(dim) : dim));
  const indexType = dims[0]?.dtype ?? "int32";
  const pointer: PointerType = {
    element: type === "bool" ? "int8" : type,
    scope: options.scope ?? "",
  };
  const offset = options.offsetFactor
    ? new Var(`${name}_elem_offset`, indexType)
    : new IntImm(0, indexType);
  return new Buffer(
    options.data ?? new Var(name, "handle", pointer),
    type,
    dims,
    options.strides ?? [],
    options.elemOffset ?? offset,
    name,
    options.dataAlignment || ALLOC_ALIGNMENT,
    options.offsetFactor || 1,
    options.autoBroadcast ?? false,
    options.axisSeparators ?? [],
    options.span,
  );
}
