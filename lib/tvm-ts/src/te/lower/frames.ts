/**
 * Loop nests under construction: lists of frames, outermost first, that are finally wrapped around a
 * statement.
 */

import { assertNever, type Span } from "../../support";
import {
  AssertStmt,
  AttrStmt,
  builtin,
  Call,
  For,
  IfThenElse,
  IntImm,
  LetStmt,
  StringImm,
  type AttrNode,
  type Buffer,
  type ForKind,
  type IterVar,
  type PrimExpr,
  type Range,
  type Stmt,
  type Var,
  type AttrKey,
} from "../../ir";

export type Frame =
  | {
      readonly kind: "for";
      readonly loopVar: Var;
      readonly extent: PrimExpr;
      readonly forKind: ForKind;
      /** The line of the primitive that last changed the loop. */
      readonly span?: Span | undefined;
    }
  | {
      readonly kind: "attr";
      readonly node: AttrNode;
      readonly key: AttrKey;
      readonly value: PrimExpr;
      /** The line that requested it. */
      readonly span?: Span | undefined;
    }
  | { readonly kind: "let"; readonly variable: Var; readonly value: PrimExpr }
  | { readonly kind: "if"; readonly condition: PrimExpr }
  | { readonly kind: "assert"; readonly condition: PrimExpr; readonly message: string }
  /** The place where stages attached to `axis` are computed, before the inner frames. */
  | { readonly kind: "attach"; readonly axis: IterVar };

/** Handles an `attach` frame: returns the statement with the attached stages before it. */
export type Attach = (axis: IterVar, body: Stmt) => Stmt;

/** `frames` around `body`, their expressions rewritten. */
export function wrapInFrames(
  frames: readonly Frame[],
  body: Stmt,
  rewrite: (expr: PrimExpr) => PrimExpr,
  attach: Attach,
): Stmt {
  return frames.reduceRight((inner, frame) => wrapOne(frame, inner, rewrite, attach), body);
}

function wrapOne(
  frame: Frame,
  body: Stmt,
  rewrite: (expr: PrimExpr) => PrimExpr,
  attach: Attach,
): Stmt {
  switch (frame.kind) {
    case "for": {
      const min = new IntImm(0, frame.loopVar.dtype);
      return new For(
        frame.loopVar,
        min,
        rewrite(frame.extent),
        frame.forKind,
        body,
        undefined,
        undefined,
        frame.span,
      );
    }
    case "attr":
      return new AttrStmt(frame.node, frame.key, rewrite(frame.value), body, frame.span);
    case "let":
      return new LetStmt(frame.variable, rewrite(frame.value), body);
    case "if":
      return new IfThenElse(rewrite(frame.condition), body);
    case "assert":
      return new AssertStmt(rewrite(frame.condition), new StringImm(frame.message), body);
    case "attach":
      return attach(frame.axis, body);
    default:
      return assertNever(frame);
  }
}

/** One frame for each condition. */
export function guards(conditions: readonly PrimExpr[]): Frame[] {
  return conditions.map((condition) => ({ kind: "if", condition }));
}

/** Binds `view` to a region of `buffer`; `span` is the line that requested it. */
export function bindFrame(
  view: Buffer,
  buffer: Buffer,
  region: readonly Range[],
  span: Span | undefined,
): Frame {
  const value = new Call(
    "handle",
    builtin.tuple,
    region.flatMap(({ min, extent }) => [min, extent]),
  );
  return { kind: "attr", node: [view, buffer], key: "buffer_bind_scope", value, span };
}

/** The variables that frames define. */
export function definedVars(frames: readonly Frame[]): Var[] {
  return frames.flatMap((frame) => {
    if (frame.kind === "for") return [frame.loopVar];
    if (frame.kind === "let") return [frame.variable];
    if (frame.kind === "attach") return [frame.axis.var_];
    if (frame.kind === "attr" && "iterType" in (frame.node as object)) {
      return [(frame.node as IterVar).var_];
    }
    return [];
  });
}
