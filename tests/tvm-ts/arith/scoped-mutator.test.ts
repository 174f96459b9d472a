import { describe, expect, test } from "vitest";
import {
  add,
  arith,
  AssertStmt,
  AttrStmt,
  BufferLoad,
  BufferStore,
  constant,
  declBuffer,
  Evaluate,
  floorDiv,
  floorMod,
  For,
  IfThenElse,
  IterVar,
  LetStmt,
  likely,
  lt,
  mul,
  printStmt,
  Ramp,
  SeqStmt,
  StringImm,
  sub,
  Var,
  type PrimExpr,
  type Stmt,
} from "tvm-ts";

const { Analyzer, domainTouched, simplifyingMutator } = arith;

const A = declBuffer([64], "int32", { name: "A" });
const B = declBuffer([64, 8], "int32", { name: "B" });
const i = new Var("i");
const j = new Var("j");

function loop(variable: Var, extent: number | PrimExpr, body: Stmt): For {
  const count = typeof extent === "number" ? constant(extent) : extent;
  return new For(variable, constant(0), count, "serial", body);
}

function store(index: PrimExpr, value: PrimExpr = constant(0)): BufferStore {
  return new BufferStore(A, value, [index]);
}

/** The statement with every index simplified in its place. */
function simplified(stmt: Stmt): Stmt {
  const analyzer = new Analyzer();
  return simplifyingMutator(analyzer, {
    FloorDiv: (node) => analyzer.simplify(node),
    FloorMod: (node) => analyzer.simplify(node),
    LT: (node) => analyzer.simplify(node),
  })(stmt);
}

const body = (stmt: Stmt): string => printStmt(stmt).text;

describe("a mutator with an analyzer", () => {
  test("knows the ranges of loops", () => {
    const before = loop(i, 8, loop(j, 4, store(floorDiv(add(mul(i, 4), j), 4))));
    const after = simplified(before) as For;
    expect((after.body as For).body).toEqual(store(i));
  });

  test("knows the extents of threads", () => {
    const axis = new IterVar(undefined, i, "ThreadIndex", "threadIdx.x");
    const before = new AttrStmt(axis, "thread_extent", constant(4), store(floorMod(i, 4)));
    expect((simplified(before) as AttrStmt).body).toEqual(store(i));
  });

  test("knows the values of lets, and what is asserted", () => {
    const v = new Var("v");
    const bound = new LetStmt(v, mul(i, 4), store(floorMod(v, 4)));
    expect((simplified(bound) as LetStmt).body).toEqual(store(constant(0)));
    const message = new StringImm("small");
    const asserted = new AssertStmt(lt(i, 4), message, new IfThenElse(lt(i, 8), store(i)));
    expect((simplified(asserted) as AssertStmt).body).toEqual(store(i));
  });

  test("knows in each branch how the condition came out", () => {
    const inner = new IfThenElse(lt(i, 8), store(i), store(j));
    const outer = new IfThenElse(likely(lt(i, 4)), inner, inner);
    const after = simplified(loop(i, 16, outer)) as For;
    const branch = after.body as IfThenElse;
    expect(branch.thenCase).toEqual(store(i));
    expect(branch.elseCase).toBe(inner);
  });

  test("drops branches that are never taken", () => {
    const never = new IfThenElse(lt(i, 0), store(i));
    const always = new IfThenElse(lt(i, 8), store(i), store(j));
    const after = simplified(loop(i, 8, new SeqStmt([never, always]))) as For;
    expect((after.body as SeqStmt).seq[0]).toEqual(new Evaluate(constant(0)));
    expect((after.body as SeqStmt).seq[1]).toEqual(store(i));
  });

  test("gives back the same statement when nothing changes", () => {
    const stmt = loop(i, 8, new IfThenElse(lt(i, j), store(add(i, j)), store(j)));
    expect(simplified(stmt)).toBe(stmt);
    expect(body(stmt)).toContain("for (i");
  });

  test("lets a handler of the pass decide first", () => {
    const analyzer = new Analyzer();
    const unrolled = simplifyingMutator(analyzer, {
      For: (node) => (node.loopVar === j ? node.body : undefined),
    })(loop(i, 8, loop(j, 4, store(i))));
    expect((unrolled as For).body).toEqual(store(i));
    expect(analyzer.constIntBound(i)).toEqual({ min: 0, max: 7 });
    expect(analyzer.constIntBound(j).max).toBeGreaterThan(7);
  });
});

describe("the domain a statement touches", () => {
  const read = new BufferLoad(B, [add(i, 2), sub(7, j)]);
  const stmt = loop(i, 8, loop(j, 4, new BufferStore(A, read, [add(mul(i, 4), j)])));

  const text = (touched: ReturnType<typeof domainTouched>): string[] | undefined =>
    touched?.map((range) => `${range.min.toString()} ${range.extent.toString()}`);

  test("covers what loads and stores reach in all iterations", () => {
    expect(text(domainTouched(stmt, A, false, true))).toEqual(["0 32"]);
    expect(text(domainTouched(stmt, B, true, false))).toEqual(["2 8", "4 4"]);
    expect(text(domainTouched(stmt, B, true, true))).toEqual(["2 8", "4 4"]);
    const vector = new BufferStore(A, read, [new Ramp(mul(i, 4), constant(1), 4)]);
    expect(text(domainTouched(loop(i, 8, vector), A, false, true))).toEqual(["(i: int32*4) 4"]);
  });

  test("is undefined where nothing is touched", () => {
    expect(domainTouched(stmt, A, true, false)).toBeUndefined();
  });
});
