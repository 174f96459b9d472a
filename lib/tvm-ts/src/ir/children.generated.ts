/**
 * Visiting and mapping the children of a node, kind by kind. Made from shapes.ts by
 * lib/tvm-ts/scripts/build-children.mts; not edited by hand.
 */

import {
  forEachBound,
  forEachDomain,
  mapAnnotations,
  mapArray,
  mapBounds,
  mapDomains,
  type MapNode,
} from "./child-fields";
import {
  isBinary,
  isExpr,
  newOperator,
  Not,
  Select,
  Cast,
  BufferLoad,
  ProducerLoad,
  Ramp,
  Broadcast,
  Shuffle,
  Let,
  Call,
  Reduce,
  type PrimExpr,
} from "./expr";
import type { Node } from "./shapes";
import {
  LetStmt,
  AttrStmt,
  IfThenElse,
  For,
  While,
  Allocate,
  BufferStore,
  BufferRealize,
  ProducerStore,
  ProducerRealize,
  Prefetch,
  AssertStmt,
  SeqStmt,
  Evaluate,
  type Stmt,
} from "./stmt";

/** Calls `visit` with each child of `parent`, in field order. */
export function forEachChild(parent: Node, visit: (child: Node) => void): void {
  if (isBinary(parent)) {
    visit(parent.a);
    visit(parent.b);
    return;
  }
  switch (parent.kind) {
    case "Var":
    case "IntImm":
    case "FloatImm":
    case "StringImm":
      return;
    case "Not":
      visit(parent.a);
      return;
    case "Select":
      visit(parent.condition);
      visit(parent.trueValue);
      visit(parent.falseValue);
      return;
    case "Cast":
      visit(parent.value);
      return;
    case "BufferLoad":
      for (const child of parent.indices) visit(child);
      return;
    case "ProducerLoad":
      for (const child of parent.indices) visit(child);
      return;
    case "Ramp":
      visit(parent.base);
      visit(parent.stride);

      return;
    case "Broadcast":
      visit(parent.value);

      return;
    case "Shuffle":
      for (const child of parent.vectors) visit(child);
      for (const child of parent.indices) visit(child);
      return;
    case "Let":
      visit(parent.value);
      visit(parent.body);
      return;
    case "Call":
      for (const child of parent.args) visit(child);
      return;
    case "Reduce":
      for (const child of parent.source) visit(child);
      for (const child of parent.init) visit(child);
      forEachDomain(parent.axis, visit);
      visit(parent.condition);

      return;
    case "LetStmt":
      visit(parent.value);
      visit(parent.body);
      return;
    case "AttrStmt":
      if (isExpr(parent.node)) visit(parent.node);

      visit(parent.value);
      visit(parent.body);
      return;
    case "IfThenElse":
      visit(parent.condition);
      visit(parent.thenCase);
      if (parent.elseCase !== undefined) visit(parent.elseCase);
      return;
    case "For":
      visit(parent.min);
      visit(parent.extent);

      visit(parent.body);

      for (const key in parent.annotations) visit(parent.annotations[key]!);
      return;
    case "While":
      visit(parent.condition);
      visit(parent.body);
      return;
    case "Allocate":
      for (const child of parent.extents) visit(child);
      visit(parent.condition);
      visit(parent.body);
      for (const key in parent.annotations) visit(parent.annotations[key]!);
      return;
    case "BufferStore":
      visit(parent.value);
      for (const child of parent.indices) visit(child);
      return;
    case "BufferRealize":
      forEachBound(parent.bounds, visit);
      visit(parent.condition);
      visit(parent.body);
      return;
    case "ProducerStore":
      visit(parent.value);
      for (const child of parent.indices) visit(child);
      return;
    case "ProducerRealize":
      forEachBound(parent.bounds, visit);
      visit(parent.condition);
      visit(parent.body);

      return;
    case "Prefetch":
      forEachBound(parent.bounds, visit);
      return;
    case "AssertStmt":
      visit(parent.condition);

      visit(parent.body);
      return;
    case "SeqStmt":
      for (const child of parent.seq) visit(child);
      return;
    case "Evaluate":
      visit(parent.value);
      return;
  }
}

/**
 * The node with `map` applied to each child; the same object if no child changes. Not a function that
 * calls `mapped`: that would be one more frame of the stack at each level of a deep program.
 */
export const mapChildren = mapped as <N extends Node>(parent: N, map: (child: Node) => Node) => N;

function mapped(parent: Node, map: MapNode): Node {
  if (isBinary(parent)) {
    const a = map(parent.a);
    const b = map(parent.b);
    return a === parent.a && b === parent.b ? parent : newOperator(parent.kind, a, b, parent.span);
  }
  switch (parent.kind) {
    case "Var":
    case "IntImm":
    case "FloatImm":
    case "StringImm":
      return parent;
    case "Not": {
      const a = map(parent.a);
      return a === parent.a ? parent : new Not(a, parent.span);
    }
    case "Select": {
      const condition = map(parent.condition);
      const trueValue = map(parent.trueValue);
      const falseValue = map(parent.falseValue);
      return condition === parent.condition &&
        trueValue === parent.trueValue &&
        falseValue === parent.falseValue
        ? parent
        : new Select(condition, trueValue, falseValue, parent.span);
    }
    case "Cast": {
      const value = map(parent.value);
      return value === parent.value ? parent : new Cast(parent.dtype, value, parent.span);
    }
    case "BufferLoad": {
      const indices = mapArray<PrimExpr>(parent.indices, map);
      return indices === parent.indices
        ? parent
        : new BufferLoad(parent.buffer, indices, parent.span);
    }
    case "ProducerLoad": {
      const indices = mapArray<PrimExpr>(parent.indices, map);
      return indices === parent.indices
        ? parent
        : new ProducerLoad(parent.producer, indices, parent.span);
    }
    case "Ramp": {
      const base = map(parent.base);
      const stride = map(parent.stride);
      return base === parent.base && stride === parent.stride
        ? parent
        : new Ramp(base, stride, parent.lanes, parent.span);
    }
    case "Broadcast": {
      const value = map(parent.value);
      return value === parent.value ? parent : new Broadcast(value, parent.lanes, parent.span);
    }
    case "Shuffle": {
      const vectors = mapArray<PrimExpr>(parent.vectors, map);
      const indices = mapArray<PrimExpr>(parent.indices, map);
      return vectors === parent.vectors && indices === parent.indices
        ? parent
        : new Shuffle(vectors, indices, parent.span);
    }
    case "Let": {
      const value = map(parent.value);
      const body = map(parent.body);
      return value === parent.value && body === parent.body
        ? parent
        : new Let(parent.var_, value, body, parent.span);
    }
    case "Call": {
      const args = mapArray<PrimExpr>(parent.args, map);
      return args === parent.args ? parent : new Call(parent.dtype, parent.op, args, parent.span);
    }
    case "Reduce": {
      const source = mapArray<PrimExpr>(parent.source, map);
      const init = mapArray<PrimExpr>(parent.init, map);
      const axis = mapDomains(parent.axis, map);
      const condition = map(parent.condition);
      return source === parent.source &&
        init === parent.init &&
        axis === parent.axis &&
        condition === parent.condition
        ? parent
        : new Reduce(
            parent.combiner,
            source,
            init,
            axis,
            condition,
            parent.valueIndex,
            parent.span,
          );
    }
    case "LetStmt": {
      const value = map(parent.value);
      const body = map(parent.body);
      return value === parent.value && body === parent.body
        ? parent
        : new LetStmt(parent.var_, value, body, parent.span);
    }
    case "AttrStmt": {
      const node = isExpr(parent.node) ? map(parent.node) : parent.node;
      const value = map(parent.value);
      const body = map(parent.body);
      return node === parent.node && value === parent.value && body === parent.body
        ? parent
        : new AttrStmt(node, parent.key, value, body, parent.span);
    }
    case "IfThenElse": {
      const condition = map(parent.condition);
      const thenCase = map(parent.thenCase);
      const elseCase = parent.elseCase && map(parent.elseCase);
      return condition === parent.condition &&
        thenCase === parent.thenCase &&
        elseCase === parent.elseCase
        ? parent
        : new IfThenElse(condition, thenCase, elseCase, parent.span);
    }
    case "For": {
      const min = map(parent.min);
      const extent = map(parent.extent);
      const body = map(parent.body);
      const annotations = mapAnnotations(parent.annotations, map);
      return min === parent.min &&
        extent === parent.extent &&
        body === parent.body &&
        annotations === parent.annotations
        ? parent
        : new For(
            parent.loopVar,
            min,
            extent,
            parent.forKind,
            body,
            parent.threadBinding,
            annotations,
            parent.span,
          );
    }
    case "While": {
      const condition = map(parent.condition);
      const body = map(parent.body);
      return condition === parent.condition && body === parent.body
        ? parent
        : new While(condition, body, parent.span);
    }
    case "Allocate": {
      const extents = mapArray<PrimExpr>(parent.extents, map);
      const condition = map(parent.condition);
      const body = map(parent.body);
      const annotations = mapAnnotations(parent.annotations, map);
      return extents === parent.extents &&
        condition === parent.condition &&
        body === parent.body &&
        annotations === parent.annotations
        ? parent
        : new Allocate(
            parent.bufferVar,
            parent.dtype,
            extents,
            condition,
            body,
            annotations,
            parent.span,
          );
    }
    case "BufferStore": {
      const value = map(parent.value);
      const indices = mapArray<PrimExpr>(parent.indices, map);
      return value === parent.value && indices === parent.indices
        ? parent
        : new BufferStore(parent.buffer, value, indices, parent.span);
    }
    case "BufferRealize": {
      const bounds = mapBounds(parent.bounds, map);
      const condition = map(parent.condition);
      const body = map(parent.body);
      return bounds === parent.bounds && condition === parent.condition && body === parent.body
        ? parent
        : new BufferRealize(parent.buffer, bounds, condition, body, parent.span);
    }
    case "ProducerStore": {
      const value = map(parent.value);
      const indices = mapArray<PrimExpr>(parent.indices, map);
      return value === parent.value && indices === parent.indices
        ? parent
        : new ProducerStore(parent.producer, value, indices, parent.span);
    }
    case "ProducerRealize": {
      const bounds = mapBounds(parent.bounds, map);
      const condition = map(parent.condition);
      const body = map(parent.body);
      return bounds === parent.bounds && condition === parent.condition && body === parent.body
        ? parent
        : new ProducerRealize(
            parent.producer,
            bounds,
            condition,
            body,
            parent.storageScope,
            parent.span,
          );
    }
    case "Prefetch": {
      const bounds = mapBounds(parent.bounds, map);
      return bounds === parent.bounds ? parent : new Prefetch(parent.buffer, bounds, parent.span);
    }
    case "AssertStmt": {
      const condition = map(parent.condition);
      const body = map(parent.body);
      return condition === parent.condition && body === parent.body
        ? parent
        : new AssertStmt(condition, parent.message, body, parent.span);
    }
    case "SeqStmt": {
      const seq = mapArray<Stmt>(parent.seq, map);
      return seq === parent.seq ? parent : new SeqStmt(seq, parent.span);
    }
    case "Evaluate": {
      const value = map(parent.value);
      return value === parent.value ? parent : new Evaluate(value, parent.span);
    }
  }
}
