/** Raises the errors whose sections in docs/errors have no example: it would be too long, or needs internals. */

import { createServer } from "node:http";
import { vi } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { interpret } from "../../lib/tvm-ts/src/codegen";
import { listen } from "../../lib/tvm-ts/src/node/listen";
import { host as page } from "../../lib/tvm-ts/src/node/browser";
import { Tracker } from "../../lib/tvm-ts/src/rpc";
import { TrackerSession } from "../../lib/tvm-ts/src/rpc/tracker/tracker-session";
import { MemoryTransport } from "../tvm-ts/rpc/replay";
import { Handles } from "../../lib/tvm-ts/src/rpc/server/handles";
import { onnxModel, weight, type SmallModel } from "../support/onnx-model";

const { tir, relay, rpc } = tvm;

/** A function that stores 0 at an element of an array of one int32. */
function storeAt(index: number): tvm.tir.PrimFunc {
  const B = tir.declBuffer([1], "int32", { name: "B" });
  const b = new tir.Var("b", "handle");
  const store = new tir.BufferStore(B, tir.constant(0), [tir.constant(index)]);
  return new tir.PrimFunc([b], store, new Map([[b, B]]));
}

const load = (model: SmallModel): vta.network.Network => vta.network.fromOnnx(onnxModel(model));
const image = { data: [1, 3, 8, 8] };
const conv = (): vta.network.Network =>
  load({
    inputs: image,
    weights: { w: weight([16, 3, 3, 3]) },
    nodes: [{ op: "Conv", inputs: ["data", "w"], output: "conv" }],
  });

export const raised: Readonly<Record<string, () => unknown>> = {
  "run-out-of-bounds": () => interpret(storeAt(5), [{ data: new Int32Array(1), shape: [1] }]),
  "run-trap": () => tvm.build(storeAt(2 ** 29))(tvm.nd.empty([1], "int32")),
  "page-unsupported": () => page.readFile("a.txt"),
  "onnx-node": () =>
    load({ inputs: image, nodes: [{ op: "Conv", inputs: ["data", "w"], output: "conv" }] }),
  "network-file": () => relay.decodeNetwork(new Uint8Array(4)),
  "network-input": () => conv().run({}),
  "network-packing": () => conv().quantize().pack(),
  "quantize-option": () => conv().quantize({ globalScale: -1 }),
  "quantize-network": () => conv().quantize({ calibrateMode: "kl_divergence" }),
  "network-tensor": () => relay.HostTensor.of([1, 2, 3], [2], "float32"),
  "rpc-listen": async () => {
    const first = createServer();
    const port = await listen(first, { port: 0 });
    try {
      await listen(createServer(), { port });
    } finally {
      first.close();
    }
  },
  "rpc-limit": () => new Handles(0).add({} as never),
  "rpc-server": () => new Handles(1).array(7n),
  "rpc-tracker": async () => {
    const host = {
      connect: async () => {
        const [client, server] = MemoryTransport.pair();
        void new Tracker().serve(server);
        return client;
      },
      openSession: () => Promise.reject(new Error("no server is requested")),
    };
    const tracker = await TrackerSession.open(host, "127.0.0.1:9190");
    await tracker.close();
    await tracker.summary();
  },
  "rpc-argument": async () => {
    const session = rpc.localSession();
    await session.upload(tvm.build(storeAt(0)).toBytes(), "f.wasm");
    const f = await session.loadModule("f.wasm");
    await f(tvm.np.zeros([1], "int32") as never);
  },
  "rpc-bitstream": () => vta.programFpga(rpc.localSession(), "/no/such/bitstream.bit"),
  "onnx-shape": () =>
    load({ inputs: { data: [-1, 3] }, nodes: [{ op: "Relu", inputs: ["data"], output: "r" }] }),
  "network-operator": () => relay.ops.call(relay.ops.conv2d, [], { colour: 1 }),
  "network-value": () => new relay.TupleGetItem(new relay.Tuple([]), 3),
  "build-not-ready": async () => {
    vi.resetModules();
    const { loadedLibrary } = await import("../../lib/tvm-ts/src/codegen/wasm/loading");
    loadedLibrary();
  },
};

/** Tests in other files that expect an error, with a piece of its message. */
export const seenIn: Readonly<Record<string, readonly [file: string, sentence: string]>> = {
  "vta-deadlock": ["tests/vta/sim/functional.test.ts", "a token that is never pushed"],
  "vta-endless": ["tests/vta/sim/functional.test.ts", "no FINISH"],
  "vta-dram": ["tests/vta/accelerator/dram.test.ts", "is not the start of a buffer"],
  "vta-micro-ops": ["tests/vta/runtime/command-queue.test.ts", "without any micro-op"],
  "network-session": ["tests/network/rpc.test.ts", "has been freed"],
  "vta-tokens": ["tests/vta/runtime/command-queue.test.ts", "exchanges no tokens with"],
};

/** Errors whose class has the code. */
export const classes: Readonly<Record<string, tvm.TvmError>> = Object.fromEntries(
  [
    new tvm.InternalError("x"),
    new tvm.RpcTimeoutError("x"),
    new tvm.KeyRefusedError("x"),
    new tvm.BadPacketError("x"),
    new tvm.RemoteError("x", "x"),
  ].map((error) => [error.code, error]),
);
