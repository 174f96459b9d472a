import { expect, test } from "vitest";
import fc from "fast-check";
import { Allocator, CpuDevice, NDArray } from "../../../lib/tvm-ts/src/runtime";

const pages = () => {
  const device = new CpuDevice(0);
  return { device, size: () => device.memory.buffer.byteLength };
};

test("any order of allocating and freeing keeps ranges disjoint and ends with all memory free", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(5000), fc.constantFrom(1, 64, 256, 4096), fc.nat(100)), {
        maxLength: 60,
      }),
      (requests) => {
        let top = 0;
        const allocator = new Allocator(4096, (end) => (top = Math.max(top, end)));
        const live: [start: number, end: number][] = [];
        for (const [bytes, alignment, victim] of requests) {
          const start = allocator.alloc(bytes, alignment);
          const end = start + Math.max(bytes, 1);
          expect(start % alignment).toBe(0);
          expect(start).toBeGreaterThanOrEqual(4096);
          expect(end).toBeLessThanOrEqual(top);
          for (const [a, b] of live) expect(end <= a || start >= b).toBe(true);
          live.push([start, end]);
          if (victim < 50) allocator.free(live.splice(victim % live.length, 1)[0]![0]);
        }
        for (const [start] of live) allocator.free(start);
        expect(allocator.usedBytes).toBe(0);
        expect(allocator.alloc(top - 4096)).toBe(4096);
      },
    ),
    { numRuns: 300 },
  );
});

test("ten thousand arrays allocated and freed leave the memory where it was", () => {
  const { device, size } = pages();
  NDArray.empty([1000], "float32", device).free();
  const before = size();
  for (let i = 0; i < 10_000; i++) NDArray.empty([100 + (i % 900)], "float32", device).free();
  expect(size()).toBe(before);
  expect(device.usedBytes).toBe(0);
});

test("arrays that are garbage-collected release their memory", async () => {
  if (globalThis.gc === undefined) return;
  const { device } = pages();
  for (let i = 0; i < 100; i++) NDArray.empty([1000], "float32", device);
  globalThis.gc();
  await new Promise((done) => setTimeout(done, 20));
  expect(device.usedBytes).toBeLessThan(100 * 4000);
});

test("freeing twice through the allocator is an error", () => {
  const allocator = new Allocator(64, () => undefined);
  const start = allocator.alloc(10);
  allocator.free(start);
  expect(() => allocator.free(start)).toThrow("was freed");
});
