import { expect, test } from "vitest";
import { IRModule, tir, view } from "tvm-ts";

/** B[i.outer*8 + i.inner] = A[...] + 1 through a local buffer, and an external call. */
function example(): IRModule {
  const [a, b] = [new tir.Var("A", "handle"), new tir.Var("B", "handle")];
  const A = tir.declBuffer([64], "float32", { name: "A" });
  const B = tir.declBuffer([64], "float32", { name: "B" });
  const n = new tir.Var("n");
  const local = tir.declBuffer([n], "int8", { name: "L", scope: "local.acc_buffer" });
  const outer = new tir.Var("i.outer");
  const inner = new tir.Var("i.inner");
  const index = new tir.Var("cse_var_1");
  const store = new tir.LetStmt(
    index,
    outer.mul(8).add(inner),
    new tir.BufferStore(B, new tir.BufferLoad(A, [index]).add(1), [index]),
  );
  const call = new tir.Evaluate(
    new tir.Call("int32", tir.builtin.callExtern, [new tir.StringImm("VTAPush"), local.data]),
  );
  const body = new tir.Allocate(
    local.data,
    "int8",
    [new tir.IntImm(64)],
    new tir.IntImm(1, "bool"),
    new tir.For(
      outer,
      new tir.IntImm(0),
      new tir.IntImm(8),
      "parallel",
      new tir.SeqStmt([
        new tir.For(inner, new tir.IntImm(0), new tir.IntImm(8), "serial", store),
        call,
      ]),
    ),
  );
  const buffers = new Map<tir.Var, tir.Buffer>([
    [a, A],
    [b, B],
  ]);
  return IRModule.of("main", new tir.PrimFunc([a, b], body, buffers));
}

/** The facts found at each place whose text is `word`. */
function factsAt(ir: view.IrView, word: string): view.IrFact[] {
  const found: view.IrFact[] = [];
  for (let i = 0; i < ir.places.length; i += 3) {
    const [start, end, fact] = ir.places.slice(i, i + 3) as [number, number, number];
    if (ir.text.slice(start, end) === word) found.push(ir.facts[fact]!);
  }
  return found;
}

test("every place of a variable leads to one fact, with the value a let gave it", () => {
  const found = factsAt(view.irView(example()), "cse_var_1");
  expect(found).toHaveLength(3);
  expect(new Set(found).size).toBe(1);
  expect(found[0]).toMatchObject({
    kind: "variable",
    name: "cse_var_1",
    dtype: "int32",
    value: "((i.outer*8) + i.inner)",
  });
});

test("a place ends with the name, before any operator", () => {
  expect(factsAt(view.irView(example()), "i.outer")).toHaveLength(2);
});

test("a loop shows its extent and its kind; a dot in a name has no meaning", () => {
  const ir = view.irView(example());
  const loops = factsAt(ir, "for") as view.LoopFact[];
  expect(loops).toMatchObject([
    { extent: "8", forKind: "parallel", origins: [] },
    { extent: "8", forKind: "serial", origins: [] },
  ]);
  expect(ir.facts[loops[1]!.variable]).toBe(factsAt(ir, "i.inner")[0]);
});

test("buffers show shape, scope and size; a symbolic shape has no size", () => {
  const ir = view.irView(example());
  expect(factsAt(ir, "A")[0]).toMatchObject({
    kind: "buffer",
    dtype: "float32",
    shape: ["64"],
    scope: "global",
    bytes: 256,
  });
  expect(factsAt(ir, "allocate")).toMatchObject([
    { kind: "allocation", extents: ["64"], scope: "local.acc_buffer", bytes: 64 },
  ]);
  const n = new tir.Var("n");
  const symbolic = tir.declBuffer([n, 2], "int8", { name: "S" });
  const stmt = new tir.BufferStore(symbolic, new tir.IntImm(0, "int8"), [n, n]);
  const fact = factsAt(view.irView(stmt), "S")[0] as view.BufferFact;
  expect(fact.shape).toEqual(["n", "2"]);
  expect(fact.bytes).toBeUndefined();
});

test("an external call names its function", () => {
  expect(factsAt(view.irView(example()), "@tir.call_extern")).toEqual([
    { kind: "call", op: "tir.call_extern", callee: "VTAPush", dtype: "int32", arguments: 2 },
  ]);
});

test("the view survives JSON", () => {
  const ir = view.irView(example());
  expect(JSON.parse(JSON.stringify(ir))).toEqual(ir);
});

test("a module is shown as JSON of our type, HTML without scripts, and its text", () => {
  const module = example() as IRModule & Record<symbol, () => view.MimeBundle>;
  const bundle = module[Symbol.for("Jupyter.display")]!();
  expect(Object.keys(bundle)).toEqual([view.mimeTypes.ir, "text/html", "text/plain"]);
  expect(bundle["text/plain"]).toBe(view.irView(module).text);
  const html = bundle["text/html"] as string;
  expect(html).toMatch(/^<pre style="background:#f7f7f7/);
  expect(html.replace(/<[^>]*>/g, "").replace(/&#(\d+);/g, (_, c) => String.fromCharCode(c))).toBe(
    view.irView(module).text,
  );
});

test("HTML shows a name that looks like a tag as text", () => {
  expect(view.irHtml('A[0] = "<script>alert(1)</script>"')).not.toContain("<script>");
});

test("an external call names its arguments, where the function's are known", () => {
  view.nameArguments({ VTAPush: ["buffer"] });
  try {
    expect(factsAt(view.irView(example()), "@tir.call_extern")).toMatchObject([
      { callee: "VTAPush", named: [{ name: "buffer", value: "L" }] },
    ]);
  } finally {
    view.nameArguments({ VTAPush: [] });
  }
});
