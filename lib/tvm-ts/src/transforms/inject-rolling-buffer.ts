/**
 * Keeps the elements that a loop step shares with the next step in a circular buffer.
 *
 *     for (i, 0, 8) { realize B in [i*4 : i*4 + 6]                 // rows i*4 + 4, i*4 + 5 are those
 *       for (r, 0, 6) { B[r + i*4] = ... }  ... B[r + i*4] ... }   // that step i + 1 begins with
 *  => realize B in [0:6] { for (i, 0, 8)
 *       for (r, 0, 6) { if (i < 1 || r >= 2) B[(r + i*4) % 6] = ... }  ... B[(r + i*4) % 6] ... }
 *
 * The buffer is circular in the dimension of the outermost loop that the region depends on; in other
 * dimensions it holds the whole extent.
 */

import { Analyzer, IntSet } from "../arith";
import {
  Feature,
  hasFeature,
  AttrStmt,
  Buffer,
  BufferRealize,
  constIntValue,
  floorMod,
  ge,
  IfThenElse,
  IntImm,
  likely,
  lt,
  mutator,
  or,
  Range,
  reprExpr,
  update,
  type BufferStore,
  type For,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError, type Span } from "../support";
import { convertSSA } from "./convert-ssa";

export const injectRollingBuffer: FunctionPass = {
  name: "tir.InjectRollingBuffer",
  doc: "Keeps the elements that a loop step shares with the next step in a circular buffer.",
  run(func) {
    if (!hasFeature(func.body, Feature.RollingBufferScope)) return func;
    return func.with({ body: convertSSA(inject(func.body)) });
  },
};

/** How a dimension of the realized region moves with a loop. */
interface Movement {
  readonly loopVar: Var;
  /** The number of elements that a step shares with the previous step; zero or negative if none. */
  readonly overlap: number;
}

interface Rolling {
  /** The circular dimension, and its extent. */
  readonly dim: number;
  readonly extent: number;
  /** One for each dimension; undefined for a dimension that does not move. */
  readonly movements: readonly (Movement | undefined)[];
}

function inject(body: Stmt): Stmt {
  const loops: For[] = [];
  const realizes = new Map<Buffer, BufferRealize>();
  const rolling = new Map<Buffer, Rolling>();
  /** The other attributes of a buffer, which move with its realization. */
  const remarks = new Map<Buffer, AttrStmt[]>();
  /** The realizations to insert around each loop, innermost first. */
  const hoisted = new Map<Var, BufferRealize[]>();

  const roll = (buffer: Buffer, span: Span | undefined): void => {
    const realize = realizes.get(buffer)!;
    const found = analyze(realize, loops, span);
    const { dim, extent, loop } = found;
    rolling.set(buffer, found);
    const bounds = buffer.shape.map(
      (size, i) => new Range(new IntImm(0, size.dtype), i === dim ? new IntImm(extent) : size),
    );
    const list = hoisted.get(loop.loopVar) ?? [];
    hoisted.set(loop.loopVar, [...list, update(realize, { bounds })]);
  };

  const inCircle = (indices: readonly PrimExpr[], { dim, extent }: Rolling): PrimExpr[] =>
    indices.map((index, i) => (i === dim ? floorMod(index, new IntImm(extent)) : index));

  return mutator({
    For(loop, recur) {
      loops.push(loop);
      const inner = recur.children(loop);
      loops.pop();
      const around = hoisted.get(loop.loopVar) ?? [];
      return around.reduce<Stmt>((body, realize) => {
        const said = remarks.get(realize.buffer) ?? [];
        return said.reduce<Stmt>(
          (within, { node, key, value, span }) => new AttrStmt(node, key, value, within, span),
          update(realize, { body }),
        );
      }, inner);
    },
    BufferRealize(realize, recur) {
      realizes.set(realize.buffer, realize);
      const inner = recur.children(realize);
      return rolling.has(realize.buffer) ? inner.body : inner;
    },
    AttrStmt(attr, recur) {
      const { node, key } = attr;
      if (!(node instanceof Buffer)) return undefined;
      if (key === "rolling_buffer_scope") {
        roll(node, attr.span);
        return recur(attr.body);
      }
      if (key === "double_buffer_scope" && rolling.has(node)) {
        throw failed(node, "it is double buffered; leave out one of the two", attr.span);
      }
      remarks.set(node, [...(remarks.get(node) ?? []), attr]);
      const inner = recur.children(attr);
      return rolling.has(node) ? inner.body : inner;
    },
    BufferLoad(node, recur) {
      const load = recur.children(node);
      const info = rolling.get(node.buffer);
      return info === undefined ? load : update(load, { indices: inCircle(load.indices, info) });
    },
    BufferStore(node, recur) {
      const store = recur.children(node);
      const info = rolling.get(node.buffer);
      if (info === undefined) return store;
      const moved = update(store, { indices: inCircle(store.indices, info) });
      return guarded(moved, store.indices, info);
    },
  })(body);
}

/**
 * The store with a condition: after the first step of a loop, elements that the previous step computed
 * are skipped.
 */
function guarded(store: BufferStore, indices: readonly PrimExpr[], { movements }: Rolling): Stmt {
  return movements.reduce<Stmt>((inner, movement, i) => {
    if (movement === undefined || movement.overlap <= 0) return inner;
    const { loopVar, overlap } = movement;
    const first = new Map([[loopVar, IntSet.interval(new IntImm(0), new IntImm(0))]]);
    const inStep = new Analyzer().intSet(indices[i]!, first).min;
    return new IfThenElse(likely(or(lt(loopVar, 1), ge(inStep, overlap))), inner);
  }, store);
}

/**
 * How the realized region moves with the loops around it.
 * @throws UsageError when it does not move, or not by a constant number of elements per step.
 */
function analyze(
  realize: BufferRealize,
  loops: readonly For[],
  span: Span | undefined,
): Rolling & { readonly loop: For } {
  const { buffer, bounds } = realize;
  const movements = bounds.map((range, i) => movementOf(buffer, range, i, span));
  const stranger = movements.find(
    (each) => each !== undefined && !loops.some(({ loopVar }) => loopVar === each.loopVar),
  );
  if (stranger !== undefined) {
    throw failed(
      buffer,
      `its region moves with ${stranger.loopVar.name}, which is not a serial loop around it`,
      span,
    );
  }
  const outermost = loops.findIndex(({ loopVar }) =>
    movements.some((each) => each?.loopVar === loopVar),
  );
  const loop = loops[outermost];
  if (loop === undefined) {
    throw failed(
      buffer,
      "no loop around it changes the region that is needed; compute it at a loop that does",
      span,
    );
  }
  const atOnce = loops
    .slice(outermost)
    .find(({ forKind }) => forKind !== "serial" && forKind !== "unrolled");
  if (atOnce !== undefined) {
    throw failed(
      buffer,
      `the steps of ${atOnce.loopVar.name} are ${atOnce.forKind}, but share its memory; leave that ` +
        `loop serial`,
      span,
    );
  }
  const dim = movements.findIndex((each) => each?.loopVar === loop.loopVar);
  return { dim, extent: constIntValue(bounds[dim]!.extent)!, movements, loop };
}

/**
 * The movement of a dimension whose region begins at a constant, at `i`, at `i * c`, or at one of
 * these `// d`.
 */
function movementOf(
  buffer: Buffer,
  { min, extent }: Range,
  dim: number,
  span: Span | undefined,
): Movement | undefined {
  const begin = min.kind === "FloorDiv" ? min.a : min;
  if (begin.kind === "IntImm") return undefined;
  const size = constIntValue(extent);
  if (size === undefined) {
    throw failed(
      buffer,
      `dimension ${dim} needs ${reprExpr(extent)} elements per step, which is not a constant`,
      span,
    );
  }
  if (begin.kind === "Var") return { loopVar: begin, overlap: size - 1 };
  const isStride = begin.kind === "Mul" && begin.b.kind === "IntImm" && begin.b.value > 0;
  if (isStride && begin.a.kind === "Var") {
    return { loopVar: begin.a, overlap: size - begin.b.value };
  }
  throw failed(
    buffer,
    `its region begins at ${reprExpr(min)} in dimension ${dim}, but only one loop variable, times a ` +
      `constant, is supported; compute it at a loop further out`,
    span,
  );
}

function failed(buffer: Buffer, why: string, span: Span | undefined): UsageError {
  return new UsageError("te-buffering", `${buffer.name} cannot be a rolling buffer: ${why}`, {
    span: span ?? buffer.span,
  });
}
