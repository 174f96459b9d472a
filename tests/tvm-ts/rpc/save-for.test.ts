/** A module is sent to a session in the form that its machine loads. */

import { spawnSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { LIMITS, RemoteSession } from "../../../lib/tvm-ts/src/rpc";
import {
  answerHello,
  ByteStream,
  readBody,
  readHead,
  readHello,
  readValues,
  RpcCode,
  valuesPacket,
  type WireValue,
} from "../../../lib/tvm-ts/src/rpc/protocol";
import { flat, func, load, loop, store } from "../../support/compiled";
import { MemoryTransport } from "./replay";

beforeAll(tvm.ready);

const main = () => {
  const A = flat("A", 8);
  return func(
    [A],
    loop("i", 8, (i) => store(A, i, load(A, i).add(1))),
  );
};

/** A server that has only the function `upload`, like TVM's servers, and keeps what it receives. */
async function serveLikeTvm(transport: MemoryTransport, files: Map<string, Uint8Array>) {
  const stream = new ByteStream(transport);
  await readHello(stream, LIMITS);
  await answerHello(transport, "");
  for (;;) {
    const head = await readHead(stream, LIMITS);
    if (head === undefined || head.code === RpcCode.Shutdown) return;
    const body = await readBody(stream, head.bytes, LIMITS);
    let reply: WireValue[] = [{ kind: "null" }];
    if (head.code === RpcCode.GetGlobalFunc) {
      const [name] = readValues(body);
      const isUpload = name?.kind === "str" && name.value === "tvm.rpc.server.upload";
      reply = [{ kind: "opaque", handle: isUpload ? 1n : 0n }];
    } else if (head.code === RpcCode.CallFunc) {
      body.u64("a handle");
      const [name, bytes] = readValues(body);
      if (name?.kind === "str" && bytes?.kind === "bytes") files.set(name.value, bytes.value);
      reply = [{ kind: "int", value: 4n }, { kind: "null" }];
    }
    await transport.send(...valuesPacket(RpcCode.Return, reply));
  }
}

test("a server of another library gets machine code for the module's target", async () => {
  const [client, server] = MemoryTransport.pair();
  const files = new Map<string, Uint8Array>();
  const serving = serveLikeTvm(server, files);
  const host = { readFile: () => new Uint8Array(0) };
  const session = await RemoteSession.open(client, host);
  expect(await session.moduleFormat()).toBe("library");

  const machines = { "arm-linux-gnueabihf": 40, "aarch64-linux-gnu": 183 };
  for (const [triple, machine] of Object.entries(machines)) {
    const module = tvm.build(main(), { target: `llvm -mtriple=${triple}` });
    const saving = module.saveFor(session, `${triple}.so`);
    if (spawnSync(`${triple}-gcc`, ["--version"]).error !== undefined) {
      await expect(saving).rejects.toThrow(
        `the C compiler ${triple}-gcc cannot be run; install it, for example with: apt install gcc-${triple}`,
      );
    } else {
      await saving;
      const library = Buffer.from(files.get(`${triple}.so`)!);
      expect(library.toString("latin1", 1, 4)).toBe("ELF");
      expect(library.readUInt16LE(18)).toBe(machine);
    }
  }
  const module = tvm.build(main());
  await expect(module.saveFor(session, "a.wasm")).rejects.toThrow(
    "loads libraries of machine code, whose file names end in '.so', not 'a.wasm'",
  );
  await expect(module.saveFor(session, "a.so", { cc: "no-such-cc" })).rejects.toThrow(
    "the C compiler no-such-cc cannot be run",
  );
  await session.close();
  await serving;
});

test("a session of this library gets the file that save writes, under any name", async () => {
  const session = tvm.rpc.localSession();
  const module = tvm.build(main());
  await module.saveFor(session, "a.so");
  expect(await session.download("a.so")).toEqual(module.toBytes());
  const f = await session.loadModule("a.so");
  const a = await tvm.nd.array(tvm.np.arange(8).astype("float32"), session.cpu(0));
  await f(a);
  expect((await a.numpy()).toArray()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
