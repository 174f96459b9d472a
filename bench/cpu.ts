/** Compiled code on the CPU: its speed, and the time to build and load it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { namesOf } from "../tests/golden/vta";
import { buildProgram } from "../tests/support/golden-program";
import { goldenProgram } from "./golden";
import { timed, type BenchCase } from "./harness";

const { te, np } = tvm;

/** Matrix multiplication with the schedule of `te_matmul_vec_packed`. */
function matmul(n: number): { schedule: tvm.te.Schedule; args: tvm.te.Tensor[] } {
  const A = te.placeholder([n, n], { name: "A" });
  const B = te.placeholder([n, n], { name: "B" });
  const k = te.reduceAxis([0, n], "k");
  const packedB = te.compute([n / 32, n, 32], (x, y, z) => B(y!, x!.mul(32).add(z!)), "packedB");
  const C = te.compute(
    [n, n],
    (x, y) => te.sum(A(x!, k).mul(packedB(y!.floorDiv(32), k, y!.floorMod(32))), k),
    "C",
  );
  const s = te.createSchedule(C.op);
  const cache = s.cacheWrite(C, "global");
  const [x, y] = C.op.axis;
  const [xo, yo] = s.stage(C).tile(x!, y!, 32, 32);
  s.stage(cache).computeAt(s.stage(C), yo);
  const [ko, ki] = s.stage(cache).split(cache.op.reduceAxis[0]!, { factor: 4 });
  const [xc, yc] = cache.op.axis;
  s.stage(cache).reorder(ko, xc!, ki, yc!).vectorize(yc!).unroll(ki);
  s.stage(C).parallel(xo);
  const [px, , pz] = packedB.op.axis;
  s.stage(packedB).vectorize(pz!).parallel(px!);
  return { schedule: s, args: [A, B, C] };
}

/** Billions of floating-point operations a second, on `threads` threads. */
function gflops(n: number, threads: number): BenchCase {
  return timed({
    name: threads === 1 ? `cpu/matmul_${n}` : `cpu/matmul_${n}_threads_${threads}`,
    unit: "GFLOPS",
    better: "higher",
    convert: (ms) => (2 * n ** 3) / ms / 1e6,
    async setUp() {
      await tvm.ready();
      const { schedule, args } = matmul(n);
      const module = tvm.build(schedule, args);
      const a = tvm.nd.array(np.random.rand(n, n).astype("float32"));
      const b = tvm.nd.array(np.random.rand(n, n).astype("float32"));
      const c = tvm.nd.empty([n, n]);
      return () => {
        process.env["TVM_NUM_THREADS"] = String(threads);
        module(a, b, c);
      };
    },
  });
}

export const cases: BenchCase[] = [
  ...[64, 128, 256, 512, 1024].map((n) => gflops(n, 1)),
  gflops(512, 2),
  timed({
    name: "build/te_matmul_vec_packed_512",
    async setUp() {
      await tvm.ready();
      return () => {
        const { schedule, args } = matmul(512);
        tvm.build(schedule, args);
      };
    },
  }),
  timed({
    name: "build/codegen_matmul_512",
    async setUp() {
      await tvm.ready();
      const { schedule, args } = matmul(512);
      const lowered = tvm.lower(schedule, args);
      return () => tvm.build(lowered);
    },
  }),
  timed({
    name: "build/vta_conv2d_opt",
    async setUp() {
      await tvm.ready();
      const { program } = goldenProgram("vta_conv2d_opt");
      const env = vta.getEnv();
      const disabledPass = program.run?.disabled_pass ?? [];
      const context = vta.buildConfig({ env, disabledPass });
      return () => {
        const { schedule, args } = buildProgram(program, { vta: namesOf(env) });
        vta.build(schedule, args, { env, context });
      };
    },
  }),
  // From reading the file to the end of the first call, when the engine compiles the code.
  timed({
    name: "load/matmul_32",
    async setUp() {
      await tvm.ready();
      const folder = mkdtempSync(join(tmpdir(), "tvm-bench-"));
      process.once("exit", () => rmSync(folder, { recursive: true }));
      const { schedule, args } = matmul(32);
      const file = join(folder, "matmul.wasm");
      tvm.build(schedule, args).save(file);
      const arrays = args.map(() => tvm.nd.empty([32, 32]));
      return () => tvm.loadModule(file)(...arrays);
    },
  }),
];
