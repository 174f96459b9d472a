import { beforeAll, expect, test } from "vitest";
import { ready } from "../../../lib/tvm-ts/src/codegen";
import { np, NDArray } from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, store } from "../../support/compiled";

beforeAll(ready);

test("a vector addition", () => {
  const [A, B, C] = ["A", "B", "C"].map((name) => flat(name, 100));
  const vadd = compile(
    func(
      [A!, B!, C!],
      loop("i", 100, (i) => store(C!, i, load(A!, i).add(load(B!, i)))),
    ),
  );
  const a = NDArray.of(np.random.rand(100).astype("float32"), cpu);
  const b = NDArray.of(np.random.rand(100).astype("float32"), cpu);
  const c = NDArray.empty([100], "float32", cpu);
  vadd(a, b, c);
  np.testing.assertEqual(c.numpy(), a.numpy().add(b.numpy()));
  console.log(vadd.getSource("wat"));
});
