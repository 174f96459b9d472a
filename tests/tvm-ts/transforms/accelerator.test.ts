/** The passes that prepare code for an accelerator. */

import { describe, expect, test } from "vitest";
import { PassContext, te, tir, transforms, UsageError } from "tvm-ts";
import { run, textAfter } from "../../support/passes";

const { Call, CallEffect, Evaluate, IntImm, IterVar, Op, Var } = tir;

const unit = new IterVar(undefined, new Var("dev"), "ThreadIndex", "dev");

/** A command of unit `n`. */
function command(name: string, n: number): tir.Stmt {
  return new tir.AttrStmt(unit, "coproc_scope", new IntImm(n), plain(name));
}

function plain(name: string): tir.Stmt {
  return new Evaluate(tir.callExtern("int32", name));
}

const seq = (...stmts: tir.Stmt[]): tir.Stmt => new tir.SeqStmt(stmts);

function loop(name: string, extent: number, body: tir.Stmt): tir.Stmt {
  return new tir.For(new Var(name), new IntImm(0), new IntImm(extent), "serial", body);
}

describe("LiftAttrScope", () => {
  const lift = transforms.liftAttrScope("coproc_scope");

  test("neighbours of one unit share a scope, others keep theirs", () => {
    const body = seq(command("a", 2), command("b", 2), command("c", 3), plain("host"));
    expect(textAfter(lift, body)).toMatchInlineSnapshot(`
      "attr "coproc_scope" = 2
      tir.call_extern("a")
      tir.call_extern("b")
      attr "coproc_scope" = 3
      tir.call_extern("c")
      tir.call_extern("host")"
    `);
  });

  test("a scope moves out of loops and branches that contain nothing else", () => {
    const branch = new tir.IfThenElse(new Var("n").lt(3), command("a", 2), command("b", 2));
    expect(textAfter(lift, loop("i", 4, branch))).toMatchInlineSnapshot(`
      "attr "coproc_scope" = 2
      for (i, 0, 4) {
        if (n < 3) {
          tir.call_extern("a")
        }
        else {
          tir.call_extern("b")
        }
      }"
    `);
  });

  test("a scope stays inside a loop that contains another scope", () => {
    const branch = new tir.IfThenElse(new Var("n").lt(3), command("a", 2), command("b", 1));
    expect(textAfter(lift, branch)).toMatchInlineSnapshot(`
      "if (n < 3) {
        attr "coproc_scope" = 2
        tir.call_extern("a")
      }
      else {
        attr "coproc_scope" = 1
        tir.call_extern("b")
      }"
    `);
  });
});

describe("CoProcSync", () => {
  const op = (name: string) => new Op(name, CallEffect.UpdateState);
  const sync = transforms.coProcSync({
    sync: op("wait"),
    depPush: op("push"),
    depPop: op("pop"),
  });

  test("each unit pushes a token to the next, and the host waits at the end", () => {
    const body = seq(command("load", 1), command("compute", 2), command("store", 3));
    expect(textAfter(sync, body)).toMatchInlineSnapshot(`
      "attr "coproc_scope" = 1
      tir.call_extern("load")
      push(1, 2)
      attr "coproc_scope" = 2
      pop(1, 2)
      tir.call_extern("compute")
      push(2, 3)
      attr "coproc_scope" = 3
      pop(2, 3)
      tir.call_extern("store")
      wait()"
    `);
  });

  test("a loop starts with the tokens that its first iteration pops", () => {
    const body = loop("i", 4, seq(command("load", 1), command("compute", 2)));
    expect(textAfter(sync, body)).toMatchInlineSnapshot(`
      "push(2, 1)
      for (i, 0, 4) {
        attr "coproc_scope" = 1
        pop(2, 1)
        tir.call_extern("load")
        push(1, 2)
        attr "coproc_scope" = 2
        pop(1, 2)
        tir.call_extern("compute")
        push(2, 1)
      }
      wait()
      pop(2, 1)"
    `);
  });

  test("units that follow themselves need no tokens", () => {
    const body = seq(command("a", 2), command("b", 2));
    expect(textAfter(sync, body)).toMatchInlineSnapshot(`
      "attr "coproc_scope" = 2
      tir.call_extern("a")
      attr "coproc_scope" = 2
      tir.call_extern("b")
      wait()"
    `);
  });

  test("a function without commands is not changed", () => {
    const body = seq(plain("a"), plain("b"));
    expect(textAfter(sync, body)).not.toContain("wait");
  });

  test("memory that the host writes and the accelerator reads is refused", () => {
    const ib = tir.irBuilder();
    const shared = ib.allocate("int32", 4, { name: "shared" });
    shared.set(0, 1);
    ib.scopeAttr(unit, "coproc_scope", 2);
    const pointer = shared.buffer.accessPtr("r");
    ib.emit(tir.callExtern("int32", "use", pointer));
    const body = ib.get();
    expect(() => textAfter(sync, body)).toThrow(UsageError);
    expect(() => textAfter(sync, body)).toThrow(/shared in global is accessed by the host and/);
  });
});

describe("InjectCopyIntrin", () => {
  const A = tir.declBuffer([256], "int32", { name: "A" });
  const B = tir.declBuffer([256], "int32", { name: "B", scope: "local.inp" });
  const n = new Var("n");

  /** A pass that records the copies it receives. */
  const describeCopies = (copies: string[]) =>
    transforms.injectCopyIntrin("dma_copy", ({ source, target, padBefore, padAfter, padValue }) => {
      const view = ({ name, shape, strides, elemOffset }: tir.Buffer): string =>
        `${name} [${shape}] by [${strides}] from ${elemOffset}`;
      copies.push(`${view(source)} to ${view(target)}`);
      if (padBefore.length > 0) copies.push(`padded [${padBefore}] [${padAfter}] = ${padValue}`);
      return plain("copy");
    });

  function copied(write: (ib: tir.IRBuilder) => void): string[] {
    const ib = tir.irBuilder();
    ib.scopeAttr("copy", "pragma_dma_copy", 1);
    write(ib);
    const copies: string[] = [];
    textAfter(describeCopies(copies), ib.get(), [A, B]);
    return copies;
  }

  test("loops that move a box become views of both sides", () => {
    const copies = copied((ib) => {
      const [a, b] = [ib.bufferPtr(A), ib.bufferPtr(B)];
      ib.forRange(0, 4, { name: "i" }, (i) =>
        ib.forRange(0, 8, { name: "j" }, (j) =>
          b.set(i.mul(8).add(j), a.get(i.mul(16).add(j).add(n.mul(32)))),
        ),
      );
    });
    expect(copies).toMatchInlineSnapshot(`
      [
        "A [4,8] by [16,1] from (n: int32*32) to B [4,8] by [8,1] from 0",
      ]
    `);
  });

  test("a condition on the loop variables becomes padding", () => {
    const copies = copied((ib) => {
      const [a, b] = [ib.bufferPtr(A), ib.bufferPtr(B)];
      ib.forRange(0, 10, { name: "i" }, (i) => {
        const isInside = i.ge(1).and(i.lt(8));
        b.set(i, tir.ifThenElse(isInside, a.get(i.sub(1)), 0));
      });
    });
    expect(copies).toMatchInlineSnapshot(`
      [
        "A [7] by [1] from 0 to B [10] by [1] from 0",
        "padded [1] [2] = 0",
      ]
    `);
  });

  test("a single element is a box of one", () => {
    expect(copied((ib) => ib.bufferPtr(B).set(3, ib.bufferPtr(A).get(n)))).toMatchInlineSnapshot(`
      [
        "A [1] by [1] from n: int32 to B [1] by [1] from 3",
      ]
    `);
  });

  test("a statement that is not a copy is refused and shown", () => {
    const sum = (ib: tir.IRBuilder): void => {
      ib.forRange(0, 4, { name: "i" }, (i) =>
        ib.bufferPtr(B).set(i, ib.bufferPtr(A).get(i).add(1)),
      );
    };
    expect(() => copied(sum)).toThrow(
      /"dma_copy" marks a statement that is not a copy: .*A\[i\] \+ 1/s,
    );
    const scatter = (ib: tir.IRBuilder): void => {
      ib.forRange(0, 4, { name: "i" }, (i) =>
        ib.bufferPtr(B).set(i, ib.bufferPtr(A).get(i.mul(i))),
      );
    };
    expect(() => copied(scatter)).toThrow(/not linear in the loop variables/);
  });
});

describe("StorageRewrite", () => {
  /** `C` may reuse the memory of `B`, in a loop inside of this. */
  function twoBuffers(around: (ib: tir.IRBuilder) => void): tir.Stmt {
    const ib = tir.irBuilder();
    around(ib);
    const B = ib.allocate("int32", 4, { name: "B" });
    const C = ib.allocate("int32", 4, { name: "C" });
    ib.forRange(0, 4, { name: "i" }, (i) => B.set(i, i));
    ib.forRange(0, 4, { name: "i" }, (i) => C.set(i, B.get(i)));
    return ib.get();
  }
  const thread = (name: string): tir.IterVar => te.threadAxis(name);

  test("memory that is not needed any more is reused, also inside a virtual thread", () => {
    const body = twoBuffers((ib) => ib.scopeAttr(thread("cthread"), "virtual_thread", 2));
    expect(textAfter(transforms.storageRewrite, body)).toMatchInlineSnapshot(`
      "attr "virtual_thread" = 2
      allocate B[4]
      for (i, 0, 4) {
        B[i] = i
      }
      for (j, 0, 4) {
        B[j] = B[j]
      }"
    `);
  });

  test("memory in nested virtual threads is not reused until they are expanded", () => {
    const body = twoBuffers((ib) => {
      ib.scopeAttr(thread("cthread"), "virtual_thread", 2);
      ib.scopeAttr(thread("cthread"), "virtual_thread", 2);
    });
    expect(run(transforms.storageRewrite, body)).toBe(body);
  });

  test("threads launched inside a parallel loop are refused", () => {
    const body = twoBuffers((ib) =>
      ib.forRange(0, 4, { name: "p", kind: "parallel" }, () => {
        ib.scopeAttr(thread("threadIdx.x"), "thread_extent", 2);
        ib.emit(plain("launch"));
      }),
    );
    expect(() => run(transforms.storageRewrite, body)).toThrow(/inside a parallel loop; bind/);
  });
});

describe("LowerDeviceStorageAccessInfo", () => {
  const memory = { unitBits: 512, maxNumBits: 1 << 20, maxSimdBits: 512 };
  const lower = transforms.lowerDeviceStorageAccessInfo;

  function use(type: tir.DataType, scope: string, info: object): string {
    const ib = tir.irBuilder();
    const buffer = ib.allocate("int32", 1024, { name: "acc", scope });
    const element = new Call(type, tir.builtin.typeAnnotation, []);
    const pointer = new Call("int32", tir.builtin.accessPtr, [
      element,
      buffer.buffer.data,
      new IntImm(64),
      new IntImm(16),
      new IntImm(1),
    ]);
    ib.emit(tir.callExtern("int32", "use", pointer));
    const context = new PassContext({ config: { "tir.memory_info": { [scope]: info as never } } });
    return textAfter(lower, ib.get(), [], context);
  }

  test("offsets are counted in the memory's units, and the allocation is removed", () => {
    expect(use("int32", "local.acc", memory)).toMatchInlineSnapshot(`"tir.call_extern("use", 4)"`);
    expect(use("int8", "local.acc", memory)).toMatchInlineSnapshot(`"tir.call_extern("use", 1)"`);
  });

  test("an allocation in an addressable memory becomes its address", () => {
    const headAddress = tir.callExtern("handle", "head");
    expect(use("int32", "local.acc", { ...memory, headAddress })).toMatchInlineSnapshot(`
      "let acc = tir.call_extern("head")
      tir.call_extern("use", 4)"
    `);
  });

  test("unknown memories, and elements that do not divide a unit, are refused", () => {
    const ib = tir.irBuilder();
    ib.allocate("int32", 4, { name: "x", scope: "local.strange" }).set(0, 1);
    const body = ib.get();
    expect(() => textAfter(lower, body)).toThrow(/x is in local\.strange/);
    expect(() => use("int32", "local.acc", { ...memory, unitBits: 16 })).toThrow(
      /units of 16 bits, which are not a multiple of its elements of 32 bits/,
    );
  });
});
