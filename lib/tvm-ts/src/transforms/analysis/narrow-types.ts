/** Finds the variables, constants and conversions that fit into fewer bits, for NarrowDataType. */

import { Analyzer } from "../../arith";
import {
  bitsOf,
  constant,
  forEachChild,
  isExpr,
  isInt,
  IterVar,
  lanesOf,
  maxValueOf,
  minValueOf,
  Range,
  vectorOf,
  type Cast,
  type DataType,
  type IntImm,
  type Node,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../../ir";

export type Narrowable = Var | IntImm | Cast;

/** Wider than any type: the values are not known to fit. */
const UNKNOWN_BITS = 64;

/**
 * The narrowed types. A variable is narrowed only if every expression that uses it fits. Only
 * variables of loops and threads are narrowed; the types of other variables are fixed.
 */
export function narrowTypes(body: Stmt, bits: 16 | 32): Map<Narrowable, DataType> {
  const analyzer = new Analyzer();
  const target: DataType = `int${bits}`;
  /** Bits of the extents of the variables that may be narrowed. */
  const extentBits = new Map<Var, number>();
  const needed = new Map<Narrowable, number>();
  /** The bits that the surrounding expressions need. */
  let around: number = bits;

  const require = (node: Narrowable, ownBits: number): void => {
    needed.set(node, Math.max(needed.get(node) ?? 0, Math.min(ownBits, around)));
  };

  const fits = (expr: PrimExpr): boolean => {
    if (bitsOf(expr.dtype) <= bits) return true;
    const { min, max } = analyzer.constIntBound(expr);
    return max <= maxValueOf(target) && min >= minValueOf(target);
  };

  const bind = (variable: Var, range: Range): void => {
    analyzer.bind(variable, range);
    extentBits.set(variable, bitsOf(range.extent.dtype));
  };

  const visit = (node: Node): void => {
    if (isExpr(node) && isInt(node.dtype)) {
      const outer = around;
      around = Math.max(fits(node) ? bits : UNKNOWN_BITS, around);
      visitNode(node);
      around = outer;
    } else {
      visitNode(node);
    }
  };

  const visitNode = (node: Node): void => {
    switch (node.kind) {
      case "Var": {
        const own = extentBits.get(node);
        if (own !== undefined) require(node, own);
        break;
      }
      case "IntImm":
      case "Cast":
        if (isInt(node.dtype)) require(node, bitsOf(node.dtype));
        break;
      case "For":
        bind(node.loopVar, new Range(node.min, node.extent));
        break;
      case "AttrStmt":
        if (node.node instanceof IterVar && isThread(node.key)) {
          bind(node.node.var_, new Range(constant(0, node.value.dtype), node.value));
        }
        break;
      default:
        break;
    }
    forEachChild(node, visit);
  };
  visit(body);

  const types = new Map<Narrowable, DataType>();
  for (const [node, width] of needed) {
    const type = vectorOf(`int${width}` as DataType, lanesOf(node.dtype));
    if (type !== node.dtype) types.set(node, type);
  }
  return types;
}

/** Whether the attribute launches threads, real or virtual. */
export function isThread(key: string): boolean {
  return key === "thread_extent" || key === "virtual_thread";
}
