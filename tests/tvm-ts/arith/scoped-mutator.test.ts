import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";

const { Analyzer, domainTouched, simplifyingMutator } = arith;

const A = tir.declBuffer([64], "int32", { name: "A" });
const B = tir.declBuffer([64, 8], "int32", { name: "B" });
const i = new tir.Var("i");
const j = new tir.Var("j");

function loop(variable: tir.Var, extent: number | tir.PrimExpr, body: tir.Stmt): tir.For {
  const count = typeof extent === "number" ? tir.constant(extent) : extent;
  return new tir.For(variable, tir.constant(0), count, "serial", body);
}

function store(index: tir.PrimExpr, value: tir.PrimExpr = tir.constant(0)): tir.BufferStore {
  return new tir.BufferStore(A, value, [index]);
}

/** The statement with every index simplified in its place. */
function simplified(stmt: tir.Stmt): tir.Stmt {
  const analyzer = new Analyzer();
  return simplifyingMutator(analyzer, {
    FloorDiv: (node) => analyzer.simplify(node),
    FloorMod: (node) => analyzer.simplify(node),
    LT: (node) => analyzer.simplify(node),
  })(stmt);
}

const body = (stmt: tir.Stmt): string => tir.printStmt(stmt).text;

describe("a mutator with an analyzer", () => {
  test("knows the ranges of loops", () => {
    const before = loop(i, 8, loop(j, 4, store(tir.floorDiv(tir.add(tir.mul(i, 4), j), 4))));
    const after = simplified(before) as tir.For;
    expect(body((after.body as tir.For).body)).toBe(body(store(i)));
  });

  test("knows the extents of threads", () => {
    const axis = new tir.IterVar(undefined, i, "ThreadIndex", "threadIdx.x");
    const before = new tir.AttrStmt(
      axis,
      "thread_extent",
      tir.constant(4),
      store(tir.floorMod(i, 4)),
    );
    expect(body((simplified(before) as tir.AttrStmt).body)).toBe(body(store(i)));
  });

  test("knows the values of lets, and what is asserted", () => {
    const v = new tir.Var("v");
    const bound = new tir.LetStmt(v, tir.mul(i, 4), store(tir.floorMod(v, 4)));
    expect(body((simplified(bound) as tir.LetStmt).body)).toBe(body(store(tir.constant(0))));
    const message = new tir.StringImm("small");
    const asserted = new tir.AssertStmt(
      tir.lt(i, 4),
      message,
      new tir.IfThenElse(tir.lt(i, 8), store(i)),
    );
    expect(body((simplified(asserted) as tir.AssertStmt).body)).toBe(body(store(i)));
  });

  test("knows the condition's value in each branch", () => {
    const inner = new tir.IfThenElse(tir.lt(i, 8), store(i), store(j));
    const outer = new tir.IfThenElse(tir.likely(tir.lt(i, 4)), inner, inner);
    const after = simplified(loop(i, 16, outer)) as tir.For;
    const branch = after.body as tir.IfThenElse;
    expect(body(branch.thenCase)).toBe(body(store(i)));
    expect(branch.elseCase).toBe(inner);
  });

  test("drops branches that are never taken", () => {
    const never = new tir.IfThenElse(tir.lt(i, 0), store(i));
    const always = new tir.IfThenElse(tir.lt(i, 8), store(i), store(j));
    const after = simplified(loop(i, 8, new tir.SeqStmt([never, always]))) as tir.For;
    expect(body((after.body as tir.SeqStmt).seq[0])).toBe(body(new tir.Evaluate(tir.constant(0))));
    expect(body((after.body as tir.SeqStmt).seq[1])).toBe(body(store(i)));
  });

  test("returns the same statement when nothing changes", () => {
    const stmt = loop(i, 8, new tir.IfThenElse(tir.lt(i, j), store(tir.add(i, j)), store(j)));
    expect(simplified(stmt)).toBe(stmt);
    expect(body(stmt)).toContain("for (i");
  });

  test("calls the handlers of the pass first", () => {
    const analyzer = new Analyzer();
    const unrolled = simplifyingMutator(analyzer, {
      For: (node) => (node.loopVar === j ? node.body : undefined),
    })(loop(i, 8, loop(j, 4, store(i))));
    expect(body((unrolled as tir.For).body)).toBe(body(store(i)));
    expect(analyzer.constIntBound(i)).toEqual({ min: 0, max: 7 });
    expect(analyzer.constIntBound(j).max).toBeGreaterThan(7);
  });
});

describe("the domain a statement touches", () => {
  const read = new tir.BufferLoad(B, [tir.add(i, 2), tir.sub(7, j)]);
  const stmt = loop(i, 8, loop(j, 4, new tir.BufferStore(A, read, [tir.add(tir.mul(i, 4), j)])));

  const text = (touched: ReturnType<typeof domainTouched>): string[] | undefined =>
    touched?.map((range) => `${range.min.toString()} ${range.extent.toString()}`);

  test("covers the elements that loads and stores access in all iterations", () => {
    expect(text(domainTouched(stmt, A, false, true))).toEqual(["0 32"]);
    expect(text(domainTouched(stmt, B, true, false))).toEqual(["2 8", "4 4"]);
    expect(text(domainTouched(stmt, B, true, true))).toEqual(["2 8", "4 4"]);
    const vector = new tir.BufferStore(A, read, [new tir.Ramp(tir.mul(i, 4), tir.constant(1), 4)]);
    expect(text(domainTouched(loop(i, 8, vector), A, false, true))).toEqual(["(i: int32*4) 4"]);
  });

  test("is undefined where no element is accessed", () => {
    expect(domainTouched(stmt, A, true, false)).toBeUndefined();
  });
});
