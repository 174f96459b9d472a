import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Codec, MalformedMessage } from "../../kernel/src/hosts/node/codec";
import { encodeFrame, FrameReader } from "../../kernel/src/hosts/node/frames";

const codec = new Codec({ key: "secret", hash: "sha256" });
const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<
  Record<string, unknown>
>;
const bytes = fc.uint8Array().map((array) => Buffer.from(array));

function framesOf(...args: Parameters<Codec["create"]>): Buffer[] {
  return codec.encode(codec.create(...args)).map((frame) => Buffer.from(frame));
}

describe("messages", () => {
  test("come back as they were sent", () => {
    fc.assert(
      fc.property(json, json, fc.array(bytes), (content, metadata, buffers) => {
        const frames = framesOf("some_request", content, undefined, {
          metadata,
          buffers,
          identities: [Buffer.from("client")],
        });
        const message = codec.decode(frames);
        expect(message.header.msg_type).toBe("some_request");
        expect(message.identities).toEqual([Buffer.from("client")]);
        expect(JSON.stringify(message.content)).toBe(JSON.stringify(content));
        expect(JSON.stringify(message.metadata)).toBe(JSON.stringify(metadata));
        expect(message.buffers).toEqual(buffers);
      }),
    );
  });

  test("refer to the message they answer and go back the way it came", () => {
    const request = codec.decode(
      framesOf("a_request", {}, undefined, { identities: [Buffer.from("me")] }),
    );
    const reply = codec.create("a_reply", {}, request);
    expect(reply.parent).toEqual(request.header);
    expect(reply.identities).toEqual(request.identities);
  });

  test("are refused when any signed byte is changed", () => {
    const frames = framesOf("some_request", { code: "1 + 1" }, undefined);
    fc.assert(
      fc.property(fc.nat(3), fc.nat(), fc.integer({ min: 1, max: 255 }), (part, at, change) => {
        const changed = frames.map((frame) => Buffer.from(frame));
        const target = changed[2 + part]!;
        target[at % target.length]! ^= change;
        expect(() => codec.decode(changed)).toThrow(MalformedMessage);
      }),
    );
  });

  test("are refused without other effects when they are not messages", () => {
    fc.assert(
      fc.property(fc.array(bytes), (frames) => {
        expect(() => codec.decode(frames)).toThrow(MalformedMessage);
        expect(() => codec.decode([Buffer.from("<IDS|MSG>"), ...frames])).toThrow(MalformedMessage);
      }),
    );
  });

  test("need no signature where there is no key", () => {
    const open = new Codec({ key: "", hash: "sha256" });
    const frames = open.encode(open.create("x", { a: 1 }, undefined)).map((f) => Buffer.from(f));
    expect(open.decode(frames).content).toEqual({ a: 1 });
  });
});

describe("frames between kernel and evaluator", () => {
  test("come back whole, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue(), fc.uint8Array())),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (values, cuts) => {
          const stream = Buffer.concat(values.map(encodeFrame));
          const reader = new FrameReader<unknown>();
          const read: unknown[] = [];
          for (let at = 0, cut = 0; at < stream.length; cut++) {
            const end = at + cuts[cut % cuts.length]!;
            read.push(...reader.push(Buffer.from(stream.subarray(at, end))));
            at = end;
          }
          expect(read).toEqual(values);
        },
      ),
    );
  });
});
