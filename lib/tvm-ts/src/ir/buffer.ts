/** Buffers: typed, shaped views of memory behind a pointer variable. */

import { UsageError, type Span } from "../support";
import { builtin } from "./builtin";
import { canonicalDType, elementOf, lanesOf, vectorOf, type DataType } from "./dtype";
import { BufferLoad, Call, IntImm, Ramp, Var, type PointerType, type PrimExpr } from "./expr";
import type { Operand } from "./operand";
import { BufferStore } from "./stmt";

/** The default alignment of allocations in bytes, as in the reference. */
export const ALLOC_ALIGNMENT = 64;

export interface BufferOptions {
  readonly data?: Var;
  readonly strides?: readonly (PrimExpr | number)[];
  readonly elemOffset?: PrimExpr;
  readonly name?: string;
  readonly scope?: string;
  /** Bytes; 64 if left out or 0. */
  readonly dataAlignment?: number;
  /** `elemOffset` is a multiple of this. */
  readonly offsetFactor?: number;
  /** Dimensions of extent 1 are broadcast to the shape of the bound buffer. */
  readonly autoBroadcast?: boolean;
  readonly axisSeparators?: readonly number[];
  readonly span?: Span;
}

/** The accesses through a pointer of `accessPtr`: reading, writing, or both. */
export type AccessMask = "r" | "w" | "rw";

const ACCESS_BITS: Readonly<Record<AccessMask, number>> = { r: 1, w: 2, rw: 3 };

export interface AccessPtrOptions {
  readonly ptrType?: string;
  /** The unit of offset and extent: vectors of this number of elements. */
  readonly contentLanes?: number;
  /** In elements, relative to the buffer's offset. */
  readonly offset?: Operand | number;
  /** In elements; all elements after `offset` if left out. */
  readonly extent?: Operand | number;
}

/** A buffer, identified by the object: two buffers may have the same name and data. */
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

  /** The scope of the memory: `global`, `local.acc_buffer` and so on. */
  get scope(): string {
    const scope = this.data.pointer?.scope ?? "";
    return scope === "" ? "global" : scope;
  }

  /** A copy with other values of some fields. */
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

  /** The type of indices and offsets. */
  get indexType(): DataType {
    return this.shape[0]?.dtype ?? "int32";
  }

  /**
   * A pointer to the buffer's first element for an external function or an instruction, as the
   * call `tvm_access_ptr(type, data, offset, extent, mask)`.
   * @throws UsageError for a mask other than "r", "w" and "rw".
   */
  accessPtr(mask: AccessMask, options: AccessPtrOptions = {}): PrimExpr {
    const bits = ACCESS_BITS[mask] as number | undefined;
    if (bits === undefined) {
      throw new UsageError(
        "tir-builder",
        `the access "${mask}" of buffer ${this.name} must be "r", "w" or "rw"`,
      );
    }
    const lanes = options.contentLanes ?? 1;
    const shift = asIndex(options.offset ?? 0);
    let extent = this.wholeExtent().sub(shift);
    let offset = this.elemOffset.add(shift);
    if (lanes > 1) {
      const count = new IntImm(lanes, this.elemOffset.dtype);
      extent = extent.div(count);
      offset = this.elemOffset.div(count);
    }
    if (options.extent !== undefined) extent = asIndex(options.extent);
    const type = new Call(
      lanes > 1 ? vectorOf(this.dtype, lanes) : this.dtype,
      builtin.typeAnnotation,
      [],
    );
    return new Call(canonicalDType(options.ptrType ?? "handle"), builtin.accessPtr, [
      type,
      this.data,
      offset,
      extent,
      new IntImm(bits),
    ]);
  }

  /** The number of elements from the first to the last, including gaps between rows. */
  private wholeExtent(): PrimExpr {
    const { shape, strides } = this;
    if (shape.length === 0) return new IntImm(1, this.indexType);
    if (strides.length === shape.length) return strides[0]!.mul(shape[0]!);
    return shape.reduce<PrimExpr>((size, dim) => size.mul(dim), new IntImm(1));
  }

  /**
   * Reads `dtype` (the buffer's type, or a vector of it) at `begin`.
   * @throws UsageError when the type does not match the buffer's, or the number of indices is not the
   * number of dimensions.
   */
  vload(begin: readonly (Operand | number)[], dtype: string = this.dtype): PrimExpr {
    return new BufferLoad(this, this.vectorIndices(begin, canonicalDType(dtype)));
  }

  /** Writes `value` (of the buffer's type, or a vector of it) at `begin`. Throws like `vload`. */
  vstore(begin: readonly (Operand | number)[], value: PrimExpr): BufferStore {
    return new BufferStore(this, value, this.vectorIndices(begin, value.dtype));
  }

  private vectorIndices(begin: readonly (Operand | number)[], dtype: DataType): PrimExpr[] {
    const lanes = lanesOf(dtype) / lanesOf(this.dtype);
    if (elementOf(dtype) !== elementOf(this.dtype) || !Number.isInteger(lanes)) {
      throw new UsageError(
        "tir-type-mismatch",
        `buffer ${this.name} holds ${this.dtype}, but is accessed as ${dtype}`,
      );
    }
    if (begin.length !== this.shape.length) {
      throw new UsageError(
        "tir-index-count",
        `buffer ${this.name} has ${this.shape.length} dimensions, but is accessed with ` +
          `${begin.length} indices`,
      );
    }
    const indices = begin.map(asIndex);
    const last = indices[indices.length - 1];
    if (lanes > 1 && last !== undefined) {
      indices[indices.length - 1] = new Ramp(last, new IntImm(1, last.dtype), lanes);
    }
    return indices;
  }

  toString(): string {
    return `buffer(${this.name}, shape=[${this.shape.join(", ")}], dtype=${this.dtype})`;
  }
}

function asIndex(index: Operand | number): PrimExpr {
  return typeof index === "number" ? new IntImm(index) : index.asExpr();
}

/**
 * A new buffer of `shape` elements of `dtype`. A broadcasting buffer without strides gets variables
 * for them, which are bound to the caller's strides. An `offsetFactor` without an `elemOffset` makes a
 * variable for the offset.
 * @throws UsageError for an unknown type.
 */
export function declBuffer(
  shape: readonly (PrimExpr | number)[],
  dtype: string = "float32",
  options: BufferOptions = {},
): Buffer {
  const type = canonicalDType(dtype);
  const name = options.name ?? "buffer";
  const dims = shape.map(asIndex);
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
    options.strides?.map(asIndex) ??
      (options.autoBroadcast ? dims.map((dim) => new Var("stride", dim.dtype)) : []),
    options.elemOffset ?? offset,
    name,
    options.dataAlignment || ALLOC_ALIGNMENT,
    options.offsetFactor || 1,
    options.autoBroadcast ?? false,
    options.axisSeparators ?? [],
    options.span,
  );
}
