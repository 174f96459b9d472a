/** The relations between the axes of a stage, from which bounds and indices are computed. */

import { reprExpr, type IndexMap, type IterVar, type PrimExpr } from "../../ir";

/** `parent = outer * (extent of inner) + inner`, by a factor or by a number of parts. */
export interface Split {
  readonly kind: "split";
  readonly parent: IterVar;
  readonly outer: IterVar;
  readonly inner: IterVar;
  /** The extent of `inner`, or (`nparts`) that of `outer`. */
  readonly by: "factor" | "nparts";
  readonly amount: PrimExpr;
}

/** `fused = outer * (extent of inner) + inner` */
export interface Fuse {
  readonly kind: "fuse";
  readonly outer: IterVar;
  readonly inner: IterVar;
  readonly fused: IterVar;
}

/** `rebased` is `parent` minus its first value. */
export interface Rebase {
  readonly kind: "rebase";
  readonly parent: IterVar;
  readonly rebased: IterVar;
}

/** An axis of one step that was added without a parent. */
export interface Singleton {
  readonly kind: "singleton";
  readonly iter: IterVar;
}

/**
 * `transformed` are the indices of another layout: `forward` maps `original` to them, `inverse` maps
 * them back.
 */
export interface Transform {
  readonly kind: "transform";
  readonly original: readonly IterVar[];
  readonly transformed: readonly IterVar[];
  readonly forward: IndexMap;
  readonly inverse: IndexMap;
}

export type Relation = Split | Fuse | Rebase | Singleton | Transform;

/** The relation with each axis replaced by `map` of it. */
export function mapAxes(relation: Relation, map: (axis: IterVar) => IterVar): Relation {
  switch (relation.kind) {
    case "split": {
      const { parent, outer, inner } = relation;
      return { ...relation, parent: map(parent), outer: map(outer), inner: map(inner) };
    }
    case "fuse": {
      const { outer, inner, fused } = relation;
      return { ...relation, outer: map(outer), inner: map(inner), fused: map(fused) };
    }
    case "rebase":
      return { ...relation, parent: map(relation.parent), rebased: map(relation.rebased) };
    case "singleton":
      return { ...relation, iter: map(relation.iter) };
    case "transform": {
      const { original, transformed } = relation;
      return { ...relation, original: original.map(map), transformed: transformed.map(map) };
    }
  }
}

/** `split(parent=..., outer=..., inner=..., factor=4)`, as the reference writes it. */
export function relationText(relation: Relation): string {
  switch (relation.kind) {
    case "split":
      return (
        `split(parent=${relation.parent}, outer=${relation.outer}, inner=${relation.inner}, ` +
        `${relation.by}=${reprExpr(relation.amount)})`
      );
    case "fuse":
      return `fuse(outer=${relation.outer}, inner=${relation.inner}, fused=${relation.fused})`;
    case "rebase":
      return `rebase(parent=${relation.parent}, rebased=${relation.rebased})`;
    case "singleton":
      return `singleton(${relation.iter})`;
    case "transform":
      return (
        `transform(original=[${relation.original.join(", ")}], ` +
        `transformed=[${relation.transformed.join(", ")}], ${relation.forward.toString()})`
      );
  }
}
