/**
 * Writes one half of a double buffer while the other half is read.
 *
 *     for (i, 0, n) { attr [B] "double_buffer_scope"; B[j] = f(i)   use B[j] }
 *  => B[j] = f(0)
 *     for (i, 0, n - 1) { B[((i + 1) % 2)*s + j] = f(i + 1)   use B[(i % 2)*s + j] }
 *     use the last half
 */

import {
  Feature,
  hasFeature,
  add,
  AttrStmt,
  constant,
  div,
  flattenSeq,
  floorMod,
  forEachChild,
  For,
  IfThenElse,
  isZero,
  lt,
  mul,
  mutator,
  noOp,
  printExpr,
  sub,
  substitute,
  update,
  usesVar,
  Var,
  zero,
  type Allocate,
  type Buffer,
  type Node,
  type PrimExpr,
  type Recur,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";
import { InternalError, UsageError } from "../support";
import { convertSSA } from "./convert-ssa";

export const injectDoubleBuffer: FunctionPass = {
  name: "tir.InjectDoubleBuffer",
  doc: "Writes one half of a double buffer while the other half is read.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.DoubleBufferScope)) return func;
    const { splitLoop } = context.option("tir.InjectDoubleBuffer");
    if (splitLoop !== 0 && splitLoop !== 1 && splitLoop % 2 !== 0) {
      throw new UsageError(
        "pass-option",
        `option 'tir.InjectDoubleBuffer': splitLoop is ${splitLoop}, but must be 0, 1 or even`,
      );
    }
    const doubled = doubledBuffers(func.body);
    if (doubled.size === 0) return func;
    const injector = new DoubleBufferInjector(doubled, splitLoop);
    return func.with({ body: convertSSA(injector.inject(func.body)) });
  },
};

/** The buffers that are to be doubled, if they are accessed by index only. */
function doubledBuffers(body: Stmt): Set<Var> {
  const buffers = new Set<Var>();
  const visit = (node: Node, inside?: AttrStmt): void => {
    if (node.kind === "AttrStmt" && node.key === "double_buffer_scope") {
      buffers.add(node.node as Var);
    }
    if (node.kind === "Var" && node !== inside?.node) buffers.delete(node);
    forEachChild(node, (child) => visit(child, node.kind === "AttrStmt" ? node : undefined));
  };
  visit(body);
  return buffers;
}

/** The state of a buffer that is being doubled. */
interface DoubleBuffer {
  /** Elements of one half. */
  readonly size: PrimExpr;
  /**
   * The loop that fills it, and the index of the half that an iteration writes and of the half it
   * reads.
   */
  filled?: { readonly by: For; readonly writes: Var; readonly reads: PrimExpr };
}

/** The statements before, and the allocations around, a loop that fills double buffers. */
interface Surroundings {
  readonly allocations: Allocate[];
  /** The writes of the first iteration. */
  readonly before: Stmt[];
}

class DoubleBufferInjector {
  private readonly buffers = new Map<Var, DoubleBuffer>();
  private readonly loops: For[] = [];
  private readonly surroundings = new Map<For, Surroundings>();
  private readonly enlarged = new Map<Buffer, Buffer>();

  constructor(
    private readonly doubled: ReadonlySet<Var>,
    private readonly splitLoop: number,
  ) {}

  inject(body: Stmt): Stmt {
    return mutator({
      AttrStmt: (attr, recur) =>
        attr.key === "double_buffer_scope" ? this.fillAhead(attr, recur) : undefined,
      Allocate: (node, recur) =>
        this.doubled.has(node.bufferVar) ? this.allocate(node, recur) : undefined,
      For: (node, recur) => this.loop(node, recur),
      BufferStore: (node, recur) => {
        const store = recur.children(node);
        const entry = this.buffers.get(node.buffer.data);
        if (entry === undefined) return store;
        const { writes } = filled(entry, node.buffer);
        return update(store, this.inHalf(node.buffer, store.indices, entry.size, writes));
      },
      BufferLoad: (node, recur) => {
        const load = recur.children(node);
        const entry = this.buffers.get(node.buffer.data);
        if (entry === undefined) return load;
        const { reads } = filled(entry, node.buffer);
        return update(load, this.inHalf(node.buffer, load.indices, entry.size, reads));
      },
    })(body);
  }

  private around(loop: For): Surroundings {
    let found = this.surroundings.get(loop);
    if (found === undefined) {
      this.surroundings.set(loop, (found = { allocations: [], before: [] }));
    }
    return found;
  }

  /** The access with its index moved to the half `which`. */
  private inHalf(
    buffer: Buffer,
    indices: readonly PrimExpr[],
    size: PrimExpr,
    which: PrimExpr,
  ): { readonly buffer: Buffer; readonly indices: readonly PrimExpr[] } {
    let both = this.enlarged.get(buffer);
    if (both === undefined) {
      // The extent is the reference's: the size of a half, squared.
      both = buffer.with({ shape: [mul(buffer.shape[0]!, size)] });
      this.enlarged.set(buffer, both);
    }
    return { buffer: both, indices: [add(mul(which, size), indices[0]!)] };
  }

  /** The statement that fills a half, made to work one iteration ahead. */
  private fillAhead(attr: AttrStmt, recur: Recur): Stmt {
    const loop = this.loops[this.loops.length - 1];
    const entry = this.buffers.get(attr.node as Var);
    if (loop === undefined) {
      throw new UsageError(
        "te-buffering",
        `buffer ${(attr.node as Var).name} is to be double-buffered, but it is not computed ` +
          `inside a loop; compute its stage at an axis of its consumer`,
        { span: attr.span },
      );
    }
    if (entry === undefined) return recur(attr.body);
    const { loopVar } = loop;
    const two = constant(2, loopVar.dtype);
    const writes = loopVar.replacement({ name: `${loopVar.name}.db` });
    entry.filled = { by: loop, writes, reads: floorMod(loopVar, two) };
    const fill = recur(attr.body);

    const next = add(loopVar, constant(1, loopVar.dtype));
    const first = zero(loopVar.dtype);
    const firstFill = substitute(
      fill,
      new Map([
        [writes, first],
        [loopVar, first],
      ]),
    );
    this.around(loop).before.push(firstFill);
    const nextFill = substitute(
      fill,
      new Map([
        [writes, floorMod(next, two)],
        [loopVar, next],
      ]),
    );
    const marked = new AttrStmt(attr.node, "double_buffer_write", constant(1), nextFill, attr.span);
    return new IfThenElse(lt(next, loop.extent), marked, undefined, attr.span);
  }

  private allocate(node: Allocate, recur: Recur): Stmt {
    const size = node.extents[0]!;
    const entry: DoubleBuffer = { size };
    this.buffers.set(node.bufferVar, entry);
    const inner = recur(node.body);
    if (entry.filled === undefined) {
      throw new InternalError(`double buffer ${node.bufferVar.name} is never filled`);
    }
    const both = mul(size, constant(2, size.dtype));
    checkSize(node, entry.filled.by);
    const allocation = update(node, { extents: [both], body: noOp() });
    this.around(entry.filled.by).allocations.push(allocation);
    return inner;
  }

  private loop(node: For, recur: Recur): Stmt {
    this.loops.push(node);
    const loop = recur.children(node);
    this.loops.pop();
    const { allocations, before } = this.surroundings.get(node) ?? { allocations: [], before: [] };
    let result: Stmt = loop;
    if (before.length > 0) {
      const split = this.splitLoop === 0 ? [loop] : splitLast(loop, this.splitLoop);
      result = flattenSeq(...before, ...split);
    }
    return allocations.reduceRight((inner, allocate) => update(allocate, { body: inner }), result);
  }
}

/** Both halves are kept across the steps of the loop, so that their size is the same in all steps. */
function checkSize({ bufferVar, extents, span }: Allocate, { loopVar }: For): void {
  for (const extent of extents) {
    if (!usesVar(extent, (variable) => variable === loopVar)) continue;
    throw new UsageError(
      "te-buffering",
      `buffer ${bufferVar.name} is double-buffered over loop ${loopVar.name}, but its size ` +
        `${printExpr(extent)} changes from step to step; split so that each step needs the same size, or ` +
        `leave out doubleBuffer`,
      { span },
    );
  }
}

function filled(entry: DoubleBuffer, buffer: Buffer): NonNullable<DoubleBuffer["filled"]> {
  if (entry.filled !== undefined) return entry.filled;
  throw new InternalError(`double buffer ${buffer.name} is accessed before it is filled`);
}

/**
 * All iterations except the last, in groups of `factor`, and then the last, which fills no buffer.
 */
function splitLast(loop: For, factor: number): Stmt[] {
  const { loopVar, min, extent, forKind, body, span } = loop;
  if (!isZero(min)) throw new InternalError("a loop that fills a double buffer starts at 0");
  const by = constant(factor, loopVar.dtype);
  const count = div(sub(extent, constant(1, loopVar.dtype)), by);
  const origin = { how: "outer", from: loopVar, by: "factor", amount: by } as const;
  const name = `${loopVar.name}.outer`;
  const outer = new Var(name, loopVar.dtype, undefined, false, loopVar.span, origin);
  const iteration = (stmt: Stmt, at: PrimExpr): Stmt => substitute(stmt, new Map([[loopVar, at]]));

  const steps = Array.from({ length: factor }, (_, i) => constant(i, loopVar.dtype));
  const repeated = steps.map((step) => iteration(body, add(mul(outer, by), step)));
  const lastBody = withoutWrites(body);
  const last = steps.map((step) => {
    const at = add(mul(count, by), step);
    return new IfThenElse(lt(at, extent), iteration(lastBody, at));
  });
  const main = new For(
    outer,
    min,
    count,
    forKind,
    flattenSeq(...repeated),
    undefined,
    undefined,
    span,
  );
  return [main, ...last];
}

function withoutWrites(body: Stmt): Stmt {
  return mutator({
    AttrStmt: (attr, recur) => (attr.key === "double_buffer_write" ? recur(attr.body) : undefined),
  })(body);
}
