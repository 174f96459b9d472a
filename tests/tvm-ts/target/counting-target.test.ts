/** A target in one file: a device that computes nothing and counts the calls of its programs. */

import * as tvm from "tvm-ts";
import { expect, test } from "vitest";

const { np, te, tir } = tvm;

/** The code is the number of calls in each function's text, as JSON. */
const countCalls: tvm.CodeGenerator = {
  name: "counter",
  passes: () => [],
  generate(module, target, source) {
    const counts = [...module.functions].map(([name, func]): [string, number] => {
      let calls = 0;
      tir.walk(func.body, { Call: () => void calls++ });
      return [name, calls];
    });
    return {
      format: "call counts",
      code: new TextEncoder().encode(JSON.stringify(Object.fromEntries(counts))),
      record: tvm.moduleRecord(module, target),
      tir: () => tir.printModule(source).text,
      calls: () => [],
      imports: [],
    };
  },
};

class CountingDevice implements tvm.Device {
  readonly kind = "counter";
  readonly id = 0;
  readonly functions = { extern: {}, recording: {} };
  calls = 0;
  private readonly memory_ = new Map<number, Uint8Array>();
  private next = 1;

  alloc(bytes: number): number {
    this.memory_.set(this.next, new Uint8Array(bytes));
    return this.next++;
  }
  free(address: number): void {
    this.memory_.delete(address);
  }
  copyIn(address: number, bytes: Uint8Array): void {
    this.memory_.get(address)!.set(bytes);
  }
  copyOut(address: number, into: Uint8Array): void {
    into.set(this.memory_.get(address)!);
  }
  load({ code, record }: tvm.runtime.Artifact): tvm.runtime.Executable {
    const counts = JSON.parse(new TextDecoder().decode(code)) as Record<string, number>;
    return { record, call: ({ name }) => void (this.calls += counts[name]!) };
  }
}

const device = new CountingDevice();
tvm.targets.register({ name: "counter", deviceKind: "counter", generator: countCalls });
tvm.devices.provide("counter", () => device);

function program(): tvm.runtime.Module {
  const A = te.placeholder([4], { name: "A", dtype: "int32" });
  const B = te.compute([4], (i) => tir.callExtern("int32", "f", A(i)), "B");
  return tvm.build(te.createSchedule(B.op), [A, B], { target: "counter" });
}

test("a program for the target counts its calls", () => {
  const count = program();
  const a = tvm.nd.array(np.arange(4).astype("int32"), device);
  const b = tvm.nd.empty([4], "int32", device);
  for (let i = 0; i < 3; i++) count(a, b);
  expect(device.calls).toBe(3);
  expect(String(count)).toContain("module for counter");
});

test("arrays on a device without shared memory are copied", () => {
  const a = tvm.nd.array(np.arange(4).astype("int32"), device);
  expect(a.numpy().toArray()).toEqual([0, 1, 2, 3]);
  const halves = tvm.nd.array(np.array([0.5, 2]).astype("float16"), device);
  expect(halves.numpy().toArray()).toEqual([0.5, 2]);
  expect(a.copyTo(tvm.cpu(0)).numpy().toArray()).toEqual([0, 1, 2, 3]);
  expect(() => a.asTypedArray()).toThrow(
    "the memory of counter(0) is not part of this process; copy the array with .numpy() instead",
  );
});

test("the target's code cannot be saved as WebAssembly, nor loaded by the CPU", () => {
  expect(() => program().toBytes()).toThrow(
    "code in the format 'call counts' cannot be saved; module files hold WebAssembly",
  );
  const onCpu = tvm.nd.empty([4], "int32");
  expect(() => program()(onCpu, onCpu)).toThrow(
    "cpu(0) runs WebAssembly, not code in the format 'call counts'",
  );
});
