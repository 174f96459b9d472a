/** Lowered functions: small, with every kind of loop, long, and ones that cannot be drawn. */

import { IRModule, lower, PassContext, tir, view } from "tvm-ts";
import { tiledMatmul } from "./programs";
import type { Story } from "./story";

function moduleOf(buffers: readonly tir.Buffer[], body: tir.Stmt): IRModule {
  const params = buffers.map((buffer) => [new tir.Var(buffer.name, "handle"), buffer] as const);
  const attrs = { global_symbol: "main", "tir.noalias": true };
  return IRModule.of(
    "main",
    new tir.PrimFunc(
      params.map(([param]) => param),
      body,
      new Map(params),
      new Map(),
      attrs,
    ),
  );
}

/** Every kind of loop: a tiled matrix product before loops are unrolled and vectorized. */
function matmul(): IRModule {
  const { schedule, args } = tiledMatmul();
  const context = new PassContext({ disabledPass: ["tir.UnrollLoop", "tir.VectorizeLoop"] });
  return lower(schedule, args, { simpleMode: true, context });
}

/** A load, an addition and a store, as calls of the accelerator's runtime. */
function externalCalls(): IRModule {
  const A = tir.declBuffer([1024], "int32", { name: "A" });
  const external = (name: string, ...args: (number | tir.Var)[]) =>
    new tir.Call("int32", tir.builtin.callExtern, [
      new tir.StringImm(name),
      ...args.map((arg) => (typeof arg === "number" ? new tir.IntImm(arg) : arg)),
    ]);
  const ib = tir.irBuilder();
  ib.emit(external("VTALoadBuffer2D", A.data, 0, 64, 1, 64, 0, 0, 0, 0, 0, 3));
  ib.emit(external("VTAUopLoopBegin", 64, 1, 1, 0));
  ib.emit(external("VTAUopLoopEnd"));
  ib.emit(external("VTAStoreBuffer2D", 0, 4, A.data, 0, 64, 1, 64));
  return moduleOf([A], ib.get());
}

/** A function of some two thousand lines. */
function long(): IRModule {
  const A = tir.declBuffer([65536], "float32", { name: "A" });
  const B = tir.declBuffer([65536], "float32", { name: "B" });
  const ib = tir.irBuilder();
  for (let block = 0; block < 330; block++) {
    const i = new tir.Var("i.outer");
    const j = new tir.Var("i.inner");
    const inner = tir.irBuilder();
    const at = inner.let(`cse_var_${block}`, i.mul(8).add(j));
    inner.bufferPtr(B).set(at, inner.bufferPtr(A).get(at.add(block)).mul(2).add(1));
    const loop = new tir.For(j, new tir.IntImm(0), new tir.IntImm(8), "serial", inner.get());
    ib.emit(new tir.For(i, new tir.IntImm(0), new tir.IntImm(8), "serial", loop));
  }
  return moduleOf([A, B], ib.get());
}

const small = view.irBundle(matmul());
const drawn = small[view.mimeTypes.ir] as view.IrView;

export const irStories: readonly Story[] = [
  {
    id: "ir-matmul",
    source: "tvm.lower(s, [A, B, C], { simpleMode: true, context })",
    bundle: small,
  },
  {
    id: "ir-calls",
    source: "vta.lower(s, [A])",
    bundle: view.irBundle(externalCalls()),
  },
  { id: "ir-long", source: "// some two thousand lines", bundle: view.irBundle(long()) },
  {
    id: "ir-damaged",
    source: "// a place that is outside the text",
    bundle: { ...small, [view.mimeTypes.ir]: { ...drawn, places: [0, 1_000_000, 0] } },
  },
  {
    id: "ir-future",
    source: "// made by a newer version",
    bundle: { ...small, [view.mimeTypes.ir]: { ...drawn, version: 2 } },
  },
  {
    id: "ir-hostile",
    source: "// texts that look like HTML",
    bundle: {
      [view.mimeTypes.ir]: {
        version: 1,
        text: 'x: int32 + "<img src=x onerror=window.hacked=1>"',
        facts: [{ kind: "variable", name: "<script>window.hacked=1</script>", dtype: "int32" }],
        places: [0, 1, 0],
      },
      "text/plain": "x",
    },
  },
];
