import { describe, expect, test } from "vitest";
import { Dram } from "vta-ts";

describe("device memory", () => {
  test("allocates pages from 0x1000 on", () => {
    const dram = new Dram();
    expect([dram.alloc(1), dram.alloc(4096), dram.alloc(4097), dram.alloc(0)]).toEqual([
      0x1000, 0x2000, 0x3000, 0x5000,
    ]);
    expect(dram.usedBytes).toBe(5 * 4096);
  });

  test("uses the smallest freed block that is large enough, the oldest first, and never splits one", () => {
    const dram = new Dram();
    const blocks = [3, 1, 2, 2].map((pages) => dram.alloc(pages * 4096));
    for (const block of blocks) dram.free(block);
    expect(dram.alloc(2 * 4096)).toBe(blocks[2]);
    expect(dram.alloc(2 * 4096)).toBe(blocks[3]);
    expect(dram.alloc(2 * 4096)).toBe(blocks[0]);
    expect(dram.alloc(4096)).toBe(blocks[1]);
    expect(dram.alloc(4096)).toBe(0x1000 + 8 * 4096);
  });

  test("has the same usage after ten thousand arrays", () => {
    const dram = new Dram();
    dram.free(dram.alloc(1 << 20));
    const bytes = dram.bytes.length;
    for (let i = 0; i < 10_000; i++) dram.free(dram.alloc((i * 37) % (1 << 20)));
    expect(dram.bytes.length).toBe(bytes);
    expect(dram.usedBytes).toBe(0);
  });

  test("refuses to free an address that is not an allocated block", () => {
    const dram = new Dram();
    const block = dram.alloc(8192);
    expect(() => dram.free(block + 4096)).toThrow("0x00002000 is not the start of a buffer");
    dram.free(block);
    expect(() => dram.free(block)).toThrow("not the start");
    expect(() => dram.free(0)).toThrow("not the start");
    expect(() => dram.free(1 << 30)).toThrow("not the start");
  });

  test("knows whether a range is inside one buffer", () => {
    const dram = new Dram();
    const block = dram.alloc(8192);
    const hidden = dram.reserve(100);
    expect(dram.contains(block, 8192)).toBe(true);
    expect(dram.contains(block + 1, 8192)).toBe(false);
    expect(dram.contains(hidden, 1)).toBe(false);
    expect(dram.contains(0, 1)).toBe(false);
    expect(dram.blockAt(block + 5000)?.start).toBe(block);
    dram.free(block);
    expect(dram.contains(block, 1)).toBe(false);
  });

  test("keeps views of it valid while it grows", () => {
    const dram = new Dram();
    const block = dram.alloc(4096);
    dram.words[block / 4] = 0x01020304;
    dram.alloc(1 << 24);
    expect([...dram.bytes.slice(block, block + 4)]).toEqual([4, 3, 2, 1]);
    expect(dram.words.byteLength).toBe(dram.memory.buffer.byteLength);
  });

  test("reports the size needed when it is full", () => {
    const dram = new Dram();
    dram.alloc(1 << 20);
    expect(() => dram.alloc(2 ** 32)).toThrow(
      "memory is full: 4098 MiB are needed and 1 MiB are in use",
    );
    expect(dram.alloc(1)).toBe(0x101000);
  });
});
