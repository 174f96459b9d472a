/** Stores, to memory and to registers. */

import {
  constIntValue,
  elementOf,
  lanesOf,
  postOrderVisit,
  someNode,
  type BufferStore,
  type PrimExpr,
  IntImm,
} from "../../ir";
import type { ByteAddress } from "./address";
import type { Ref } from "./binaryen";
import type { FunctionContext } from "./function-context";
import { laneOf, scalarView } from "../lanes";
import { flatIndex, readsOverlap } from "../flat-index";
import {
  partCount,
  representationOf,
  STORED_MASK_BYTES,
  type Representation,
} from "./representation";
import type { ScalarEmitter } from "./scalar";
import { sequence } from "./simd";
import type { VectorEmitter } from "./vector";

/**
 * The most broadcasts that the parts of a store share; they occupy registers throughout the store.
 */
const MAX_SHARED = 6;

export class StoreEmitter {
  constructor(
    private readonly fn: FunctionContext,
    private readonly scalar: ScalarEmitter,
    private readonly vectors: VectorEmitter,
  ) {}

  private get m() {
    return this.fn.module.m;
  }

  emit(store: BufferStore): Ref {
    const { buffer, value, indices } = store;
    const binding = this.fn.binding(buffer.data);
    if (binding.kind === "registers") {
      const element = constIntValue(flatIndex(buffer, indices))!;
      return this.assign(binding.elements[element]!, value);
    }
    if (lanesOf(value.dtype) === 1) {
      const address = this.scalar.address(buffer, indices);
      return this.scalar.write(value.dtype, address, this.scalar.emit(value));
    }
    const address = this.vectors.contiguous(buffer, indices);
    const type = representationOf(value.dtype);
    if (address === undefined || type.half || this.endsWithin(type)) return this.scatter(store);
    return this.block(this.vectorStore(store, type));
  }

  /** Sets the locals that hold a scalar or the parts of a vector. */
  assign(locals: readonly number[], value: PrimExpr): Ref {
    if (lanesOf(value.dtype) === 1) return this.fn.set(locals[0]!, this.scalar.emit(value));
    return this.block(
      this.vectors.sharing(this.shareable(value, locals.length), () =>
        locals.map((local, part) => this.fn.set(local, this.part(value, part))),
      ),
    );
  }

  /** New locals for a scalar or for the parts of a vector. */
  newLocals(value: PrimExpr): number[] {
    const { b } = this.fn.module;
    const type = representationOf(value.dtype);
    if (type.lanes === 1) return [this.fn.newLocal(b[type.wasm])];
    const parts = this.partCount(type);
    return Array.from({ length: parts }, () => this.fn.newLocal(b.v128));
  }

  private vectorStore(store: BufferStore, type: Representation): Ref[] {
    const { buffer, value, indices } = store;
    const parts = this.partCount(type);
    const write = (part: number, vector: Ref): Ref =>
      this.writePart(type, this.vectors.contiguous(buffer, indices)!, part, vector);
    const each = <T>(make: (part: number) => T): T[] =>
      Array.from({ length: parts }, (_, part) => make(part));
    if (readsOverlap(store)) {
      // A later part would read elements that an earlier part has written.
      const locals = this.newLocals(value);
      return [
        this.assign(locals, value),
        ...each((part) => write(part, this.fn.get(locals[part]!))),
      ];
    }
    return this.vectors.sharing(this.shareable(value, parts), () =>
      each((part) => write(part, this.part(value, part))),
    );
  }

  /** A part of a vector as it is stored in locals and memory. */
  private part(value: PrimExpr, part: number): Ref {
    return representationOf(value.dtype).bool
      ? this.vectors.masks.part(value, STORED_MASK_BYTES, part)
      : this.vectors.part(value, part);
  }

  private partCount(type: Representation): number {
    return type.bool ? Math.ceil(type.lanes / (16 / STORED_MASK_BYTES)) : partCount(type);
  }

  private writePart(
    type: Representation,
    { pointer, offset }: ByteAddress,
    part: number,
    v: Ref,
  ): Ref {
    const { m } = this;
    const align = type.bytes as 1 | 2 | 4 | 8;
    const at = offset + part * 16;
    const bytes = Math.min(16, type.lanes * type.bytes - part * 16);
    const stored = type.bool ? m.v128.and(v, sequence(m, BYTES, 1, 0)) : v;
    if (bytes === 8) return m.v128.store64_lane(at, align, 0, pointer, stored);
    if (bytes === 4) return m.v128.store32_lane(at, Math.min(align, 4), 0, pointer, stored);
    return m.v128.store(at, align, pointer, stored);
  }

  /** Whether the last part has a size that no single store instruction writes. */
  private endsWithin(type: Representation): boolean {
    const rest = (type.lanes * type.bytes) % 16;
    return rest !== 0 && rest !== 8 && rest !== 4;
  }

  /** Stores lane by lane; computes all values before the first store if it could change them. */
  private scatter(store: BufferStore): Ref {
    const { buffer, value, indices } = store;
    const view = lanesOf(buffer.dtype) === 1 ? buffer : scalarView(buffer);
    const perElement = lanesOf(buffer.dtype);
    const dtype = elementOf(value.dtype);
    const hold = readsOverlap(store);
    const values: Ref[] = [];
    const stores: Ref[] = [];
    for (let lane = 0; lane < lanesOf(value.dtype); lane++) {
      const at = indices.map((index) => laneOf(index, new IntImm(Math.floor(lane / perElement))));
      const flat = flatIndex(buffer, at)
        .mul(perElement)
        .add(lane % perElement);
      const address = this.scalar.planner.address(view.data, flat, representationOf(dtype).bytes);
      let element = this.scalar.emit(laneOf(value, new IntImm(lane)));
      if (hold) {
        const local = this.fn.newLocal(this.fn.module.typeOf(dtype));
        values.push(this.fn.set(local, element));
        element = this.fn.get(local);
      }
      stores.push(this.scalar.write(dtype, address, element));
    }
    return this.block([...values, ...stores]);
  }

  /** Broadcasts that are worth a local: of computed values that several parts use. */
  private shareable(value: PrimExpr, parts: number): PrimExpr[] {
    const found = new Set<PrimExpr>();
    postOrderVisit(value, (node) => {
      if (node.kind !== "Broadcast" || representationOf(node.dtype).bool) return;
      const { kind } = node.value;
      if (kind !== "IntImm" && kind !== "FloatImm") found.add(node);
    });
    const conditional = someNode(value, (n) => n.kind === "Call" && lanesOf(n.dtype) > 1);
    return parts < 2 || conditional || found.size > MAX_SHARED ? [] : [...found];
  }

  private block(statements: readonly Ref[]): Ref {
    return statements.length === 1 ? statements[0]! : this.m.block(null, [...statements]);
  }
}

const BYTES = representationOf("uint8");
