/** Our tracker, its client's and its server's side with the recorded sides of TVM. */

import { describe, expect, test } from "vitest";
import {
  Announcement,
  ConnectionLostError,
  KeyRefusedError,
  Scheduler,
  Tracker,
  TrackerSession,
  type Session,
} from "../../../lib/tvm-ts/src/rpc";
import { hex, MemoryTransport, readExactly, recording, RecordedServer, type Frame } from "./replay";

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice(4));

/** Sends the next frames of the recorded side, and checks the tracker's answer to each. */
async function play(end: MemoryTransport, frames: Frame[], count: number): Promise<void> {
  for (const frame of frames.splice(0, count)) {
    if (frame.from === "client") await end.send(frame.bytes);
    else {
      const got = await readExactly(end, frame.bytes.length);
      expect({ note: frame.note, text: textOf(got), hex: hex(got) }).toEqual({
        note: frame.note,
        text: textOf(frame.bytes),
        hex: hex(frame.bytes),
      });
    }
  }
}

describe("the tracker", () => {
  test("answers TVM's client and server as TVM's tracker does", async () => {
    const tracker = new Tracker();
    const connect = (): MemoryTransport => {
      const [client, server] = MemoryTransport.pair();
      void tracker.serve(server);
      return client;
    };
    const [server, client] = [connect(), connect()];
    const said = { server: recording("tracker-server"), client: recording("tracker-client") };
    await play(server, said.server, 6); // announces itself
    await play(client, said.client, 8); // summary, request, summary while it is taken
    expect(tracker.inUse).toMatchObject([
      { key: "server:sim", address: "127.0.0.1:9393", user: "127.0.0.1" },
    ]);
    await play(server, said.server, 6); // let go
    expect(tracker.inUse).toEqual([]);
    await play(client, said.client, 4); // summary, request again
    await play(server, said.server, 4);
    await play(client, said.client, 2);
    expect([said.server, said.client]).toEqual([[], []]);
  });

  test("forgets what a connection had when it ends", async () => {
    const tracker = new Tracker();
    const [client, end] = MemoryTransport.pair();
    const serving = tracker.serve(end);
    await play(client, recording("tracker-server"), 6);
    client.close();
    await serving;
    const [other, otherEnd] = MemoryTransport.pair();
    void tracker.serve(otherEnd);
    const session = await TrackerSession.open(
      { connect: async () => other, openSession: () => Promise.reject(new Error("none")) },
      "tracker",
    );
    expect(await session.summary()).toEqual({
      queues: [{ key: "sim", total: 0, free: 0, pending: 0 }],
      servers: [],
    });
    await session.close();
  });

  test("lists the clients that have a server and those that wait, on request", async () => {
    const tracker = new Tracker();
    const join = async () => {
      const [client, end] = MemoryTransport.pair();
      void tracker.serve(end);
      return client;
    };
    const openSession = async () => ({ close: async () => undefined }) as Session;
    const session = await TrackerSession.open({ connect: join, openSession }, "tracker");
    await play(await join(), recording("tracker-server"), 6);
    await session.request("sim", { user: "Ada" });
    const waits = session.request("sim", { user: "Grace" }).catch(() => undefined);
    await expect
      .poll(async () => (await session.summary({ details: true })).waiting)
      .toMatchObject([{ key: "sim", user: "Grace" }]);
    const { inUse } = await session.summary({ details: true });
    expect(inUse).toMatchObject([{ key: "sim", user: "Ada" }]);
    expect(inUse![0]!.since).toBeLessThanOrEqual(Date.now());
    expect(await session.summary()).not.toHaveProperty("inUse");
    await session.close();
    await waits;
  });

  test("ends a connection with malformed messages, with a reason, and only that one", async () => {
    const log: string[] = [];
    const tracker = new Tracker({ log: (line) => log.push(line) });
    const [good, goodEnd] = MemoryTransport.pair();
    void tracker.serve(goodEnd);
    await play(good, recording("tracker-client"), 2);
    const messages = [
      "[99]",
      "{}",
      "[3, 5]",
      '[4, "k", "u"]',
      '[5, "x"]',
      "no json",
      '[3, "k", [0, "m"]]',
    ];
    for (const message of messages) {
      const [bad, badEnd] = MemoryTransport.pair();
      const serving = tracker.serve(badEnd);
      await bad.send(Uint8Array.of(0x71, 0xf2, 0x02, 0));
      await bad.send(Uint8Array.of(message.length, 0, 0, 0), new TextEncoder().encode(message));
      await serving;
    }
    expect(log).toHaveLength(messages.length);
    await good.send(Uint8Array.of(3, 0, 0, 0), new TextEncoder().encode("[1]"));
    expect(textOf(await readExactly(good, 5))).toBe("0");
  });
});

describe("a tracker's client", () => {
  test("sends what TVM's client sends", async () => {
    const server = new RecordedServer(recording("tracker-client"));
    const opened: unknown[] = [];
    const session = await TrackerSession.open(
      {
        connect: async () => server,
        openSession: async (...args) => {
          opened.push(args);
          return { close: async () => undefined } as Session;
        },
      },
      "recorded:1",
    );
    const one = (free: number) => ({
      queues: [{ key: "sim", total: 1, free, pending: 0 }],
      servers: [{ key: "server:sim", address: "127.0.0.1:9393" }],
    });
    expect(await session.summary()).toEqual(one(1));
    await session.request("sim", { priority: 2, sessionTimeout: 10 });
    expect(await session.summary()).toEqual(one(0));
    expect(await session.summary()).toEqual(one(1));
    expect(await session.requestAndRun("sim", async () => 42)).toBe(42);
    expect(await session.textSummary()).toBe(
      [
        "server          key",
        "127.0.0.1:9393  server:sim",
        "",
        "queue  total  free  pending",
        "sim    1      1     0",
        "",
      ].join("\n"),
    );
    expect(server.left).toBe(0);
    expect(opened).toEqual([
      ["127.0.0.1", 9393, "sim:0.46874599425029495", 10],
      ["127.0.0.1", 9393, "sim:0.9082336277846434", 0],
    ]);
    await session.close();
    await expect(session.summary()).rejects.toThrow("the tracker recorded:1 is closed");
  });

  test("runs a lost job again only if that is allowed", async () => {
    const tracker = new Tracker();
    const connect = async (): Promise<MemoryTransport> => {
      const [client, end] = MemoryTransport.pair();
      void tracker.serve(end);
      return client;
    };
    const places = [1, 2, 3].map((port) => new Announcement({ connect, key: "k", port }));
    const session = await TrackerSession.open(
      { connect, openSession: async () => ({ close: async () => undefined }) as Session },
      "tracker",
    );
    let runs = 0;
    const job = async (): Promise<string> => {
      if (runs++ === 0) throw new ConnectionLostError("the server went");
      return "done";
    };
    await expect(session.requestAndRun("k", job)).rejects.toThrow(ConnectionLostError);
    expect(runs).toBe(1);
    runs = 0;
    expect(await session.requestAndRun("k", job, { retry: true })).toBe("done");
    for (const place of places) place.close();
    await session.close();
  });
});

test("a server whose match key has changed since is requested again", async () => {
  const tracker = new Tracker();
  const connect = async (): Promise<MemoryTransport> => {
    const [client, end] = MemoryTransport.pair();
    void tracker.serve(end);
    return client;
  };
  const places = [1, 2].map((port) => new Announcement({ connect, key: "k", port }));
  const asked: number[] = [];
  const openSession = async (_: string, port: number): Promise<Session> => {
    if (asked.push(port) === 1) throw new KeyRefusedError("another key");
    return { close: async () => undefined } as Session;
  };
  const session = await TrackerSession.open({ connect, openSession }, "tracker");
  await session.request("k");
  expect(asked.sort()).toEqual([1, 2]);
  for (const place of places) place.close();
  await session.close();
});

describe("a server's registration", () => {
  test("sends what TVM's server sends", async () => {
    const [end, tracker] = MemoryTransport.pair();
    const place = new Announcement({
      connect: async () => end,
      key: "sim",
      port: 9393,
      pollMs: 1,
    });
    let ours = "";
    let theirs = "";
    const digits = /sim:[0-9.]+/;
    for (const frame of recording("tracker-server").slice(0, 14)) {
      if (frame.from === "server") {
        // The tracker knows our key, not the recorded one.
        const text = textOf(frame.bytes).replace(theirs, ours);
        const bytes = new TextEncoder().encode(text);
        const isMagic = frame.bytes.length === 4;
        if (isMagic) await tracker.send(frame.bytes);
        else await tracker.send(Uint8Array.of(bytes.length, 0, 0, 0), bytes);
        continue;
      }
      if (textOf(frame.bytes) !== "[7]" && ours !== "") {
        // A client connected and disconnected.
        place.take();
        place.release();
      }
      let got = await readMessage(tracker, frame.bytes.length === 4);
      // While the recording's client was connected, its server did not query; ours had queried already.
      while (got === "[7]" && textOf(frame.bytes) !== "[7]") {
        const bytes = new TextEncoder().encode(`["${ours}"]`);
        await tracker.send(Uint8Array.of(bytes.length, 0, 0, 0), bytes);
        got = await readMessage(tracker, false);
      }
      const expected = textOf(frame.bytes);
      expect(got.replace(digits, "KEY")).toBe(expected.replace(digits, "KEY"));
      ours = digits.exec(got)?.[0] ?? ours;
      theirs = digits.exec(expected)?.[0] ?? theirs;
      if (got.startsWith("[3")) await Promise.resolve();
    }
    expect(place.matchKey).toBe(ours);
    place.close();
  });
});

let rest: Uint8Array = new Uint8Array(0);
async function readMessage(transport: MemoryTransport, isMagic: boolean): Promise<string> {
  const take = async (count: number): Promise<Uint8Array> => {
    while (rest.length < count) {
      const piece = await transport.receive();
      if (piece === undefined) throw new Error("closed");
      rest = Uint8Array.from([...rest, ...piece]);
    }
    const taken = rest.slice(0, count);
    rest = rest.slice(count);
    return taken;
  };
  const head = await take(4);
  if (isMagic) {
    expect(hex(head)).toBe("71f20200");
    return "";
  }
  return new TextDecoder().decode(await take(head[0]!));
}

describe("a queue", () => {
  test("serves higher priorities first, and among equals the request that has waited longest", () => {
    const queue = new Scheduler();
    const got: string[] = [];
    const request = (user: string, priority: number, here = true) =>
      queue.request({
        user,
        priority,
        since: 0,
        grant: ({ port }) => {
          if (here) got.push(`${user}:${port}`);
          return here;
        },
      });
    request("a", 1);
    request("b", 2);
    request("gone", 3, false);
    request("c", 2);
    for (const port of [1, 2, 3]) queue.put({ host: "h", port, matchKey: `${port}` });
    expect(got).toEqual(["b:1", "c:2", "a:3"]);
    expect([queue.free, queue.pending.length]).toEqual([0, 0]);
  });
});
