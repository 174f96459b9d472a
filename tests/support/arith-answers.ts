/** The analyzer's answers for a line of `arith.jsonl`, in the form of the reference's answers. */

import { arith, tir } from "tvm-ts";
import { readExpr, type ExprJson } from "./expr-json";

export const ARITH_FIELDS = [
  "text",
  "simplify",
  "rewrite",
  "canonical",
  "unbound",
  "bound",
  "modular",
  "interval",
  "linear",
] as const;

export type ArithAnswer = Partial<Record<(typeof ARITH_FIELDS)[number], unknown>>;

const { Analyzer, IntSet, detectLinearEquation } = arith;

/** The variables of a line and its expression. */
export function readArithLine(line: Readonly<Record<string, unknown>>): {
  vars: Map<string, tir.Var>;
  ranges: Map<tir.Var, [number, number]>;
  expr: tir.PrimExpr;
} {
  const dom = line["dom"] as Record<string, [number, number]>;
  const vars = new Map(Object.keys(dom).map((name) => [name, new tir.Var(name)]));
  const ranges = new Map(Object.entries(dom).map(([name, range]) => [vars.get(name)!, range]));
  const expr = readExpr(line["expr"] as ExprJson, { name: (name) => vars.get(name)! });
  return { vars, ranges, expr };
}

export function answerArith(line: Readonly<Record<string, unknown>>): ArithAnswer {
  const { vars, ranges, expr } = readArithLine(line);
  const bound = (): InstanceType<typeof Analyzer> => {
    const analyzer = new Analyzer();
    for (const [v, [low, high]] of ranges) {
      analyzer.bind(v, new tir.Range(tir.constant(low), tir.constant(high - low)));
    }
    return analyzer;
  };
  const text: ArithAnswer = {
    text: tir.printExpr(expr),
    simplify: tir.printExpr(bound().simplify(expr)),
    rewrite: tir.printExpr(bound().rewriteSimplify(expr)),
    canonical: tir.printExpr(bound().canonicalSimplify(expr)),
    unbound: tir.printExpr(new Analyzer().simplify(expr)),
  };
  if (tir.isBool(expr.dtype)) return text;
  const { min, max } = bound().constIntBound(expr);
  const { coeff, base } = bound().modularSet(expr);
  const domains = new Map(
    [...ranges].map(([v, [low, high]]) => [
      v,
      IntSet.interval(tir.constant(low), tir.constant(high - 1)),
    ]),
  );
  const set = bound().intSet(expr, domains);
  const linear = detectLinearEquation(expr, [vars.get("x")!, vars.get("y")!]) ?? [];
  return {
    ...text,
    bound: [min, max],
    modular: [coeff, base],
    interval: [tir.printExpr(set.min), tir.printExpr(set.max)],
    linear: linear.map((part) => tir.printExpr(part)),
  };
}
