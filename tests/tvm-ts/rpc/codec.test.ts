/** The protocol's packets: written values are read again, and limits are checked before memory is allocated. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ByteReader,
  ByteStream,
  ByteWriter,
  LIMITS,
  readBody,
  readHead,
  readValues,
  RpcCode,
  valuesPacket,
  type WireValue,
} from "../../../lib/tvm-ts/src/rpc/protocol";
import { remoteSentence } from "../../../lib/tvm-ts/src/rpc/client/remote-text";
import { jsonText } from "../../../lib/tvm-ts/src/rpc";
import { MemoryTransport } from "./replay";

const handle = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const byte = fc.integer({ min: 0, max: 255 });
const device = fc.record({ type: int32, id: int32 });
const dataType = fc.record({ code: byte, bits: byte, lanes: fc.integer({ min: 0, max: 65535 }) });
const value: fc.Arbitrary<WireValue> = fc.oneof(
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((v) => ({ kind: "int" as const, value: v })),
  handle.map((v) => ({ kind: "uint" as const, value: v })),
  fc.double().map((v) => ({ kind: "float" as const, value: v })),
  fc.constant({ kind: "null" as const }),
  dataType.map((v) => ({ kind: "dtype" as const, value: v })),
  device.map((v) => ({ kind: "device" as const, value: v })),
  fc
    .record({
      data: handle,
      device,
      dtype: dataType,
      shape: fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { maxLength: 8 }),
      byteOffset: handle,
    })
    .map((v) => ({ kind: "tensor" as const, value: v })),
  fc
    .tuple(fc.constantFrom("opaque" as const, "module" as const, "func" as const), handle)
    .map(([kind, h]) => ({ kind, handle: h })),
  fc.string({ unit: "grapheme", maxLength: 300 }).map((v) => ({ kind: "str" as const, value: v })),
  fc.uint8Array({ maxLength: 600 }).map((v) => ({ kind: "bytes" as const, value: v })),
);

test("packed sequences are read as they were written, wherever the stream is split", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { maxLength: 12 }),
      fc.integer({ min: 1, max: 700 }),
      async (values, cut) => {
        const [client, server] = MemoryTransport.pair(cut);
        await client.send(...valuesPacket(RpcCode.Return, values));
        const stream = new ByteStream(server);
        const head = await readHead(stream, LIMITS);
        expect(head?.code).toBe(RpcCode.Return);
        const body = await readBody(stream, head!.bytes, LIMITS);
        expect(readValues(body)).toEqual(values);
        body.end();
      },
    ),
  );
});

describe("limits", () => {
  const reader = (fill: (writer: ByteWriter) => void): ByteReader => {
    const writer = new ByteWriter();
    fill(writer);
    return new ByteReader(writer.finish(), LIMITS);
  };
  const head = (length: bigint): Uint8Array => new ByteWriter().u64(length).finish();

  test.each([
    ["values", (w: ByteWriter) => w.i32(1025), "1025 values; the limit is 1024"],
    ["a negative count", (w: ByteWriter) => w.i32(-1), "-1 values"],
    ["values that do not follow", (w: ByteWriter) => w.i32(1000), "only 0 bytes follow"],
    [
      "a string",
      (w: ByteWriter) =>
        w
          .i32(1)
          .i32(11)
          .u64(2n ** 63n),
      "bytes in a string",
    ],
    ["bytes", (w: ByteWriter) => w.i32(1).i32(12).u64(1000n), "only 0 bytes follow"],
    ["a type", (w: ByteWriter) => w.i32(1).i32(77), "a value of the unknown type 77"],
    [
      "dimensions",
      (w: ByteWriter) => w.i32(1).i32(7).u64(0n).i32(1).i32(0).i32(33).i32(0),
      "33 dimensions; the limit is 32",
    ],
    [
      "a dimension",
      (w: ByteWriter) => w.i32(1).i32(7).u64(0n).i32(1).i32(0).i32(1).i32(0).i64(-5n),
      "a dimension of -5 elements",
    ],
  ] as const)("of %s", (_, fill, message) => {
    expect(() => readValues(reader(fill))).toThrow(message);
  });

  test.each([3n, 2n ** 30n + 1n, 2n ** 64n - 1n])("of a packet: %s bytes", async (length) => {
    const [client, server] = MemoryTransport.pair();
    await client.send(head(length));
    await expect(readHead(new ByteStream(server), LIMITS)).rejects.toThrow(
      `a packet has ${length} bytes`,
    );
  });

  test("of memory: bytes that are announced but not sent are not allocated", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const reading = Array.from({ length: 50 }, async () => {
      const [client, server] = MemoryTransport.pair();
      await client.send(head(2n ** 30n), new ByteWriter().i32(RpcCode.Return).finish());
      const stream = new ByteStream(server);
      const { bytes } = (await readHead(stream, LIMITS))!;
      await client.send(new Uint8Array(7));
      const body = readBody(stream, bytes, LIMITS).catch((error: Error) => error.message);
      client.close();
      return body;
    });
    const ends = await Promise.all(reading);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20);
    expect(ends).toEqual(
      Array(50).fill(`the connection with 127.0.0.1:2 ended after 7 of ${2 ** 30 - 4} bytes`),
    );
  });
});

test("TVM's errors become one sentence", () => {
  expect(
    remoteSentence(
      "[02:22:10] /usr/src/x.cc:80: \n----\nAn error occurred during the execution of TVM.\n" +
        "For more information, please see: https://tvm.apache.org/docs/errors.html\n----\n\n" +
        "  Check failed: ret == 0 (-1 vs. 0) : main_fn takes 3 arguments\nStack trace:\n  [bt] (0)",
    ),
  ).toBe("main_fn takes 3 arguments");
  expect(remoteSentence("ValueError: cannot find file x\nStack trace:\n")).toBe(
    "ValueError: cannot find file x",
  );
  expect(remoteSentence("")).toBe("an error without a message");
});

test("JSON is written as Python writes it", () => {
  expect(jsonText([0, { a: [null, true], 'é"': "x\n" }, []])).toBe(
    '[0, {"a": [null, true], "\\u00e9\\"": "x\\n"}, []]',
  );
});
