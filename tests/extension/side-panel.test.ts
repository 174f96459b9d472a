import type { ISessionContext } from "@jupyterlab/apputils";
import { Signal } from "@lumino/signaling";
import { beforeEach, describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import { SessionConnection, type SessionState } from "../../extension/src/side-panel/connection";

const ours = "tvm-vta-kernel";

class FakeComm {
  readonly sent: unknown[] = [];
  isDisposed = false;
  onMsg: (message: { content: { data: unknown } }) => void = () => undefined;
  onClose: () => void = () => undefined;
  open = (): void => undefined;
  send = (data: unknown): number => this.sent.push(data);
  close = (): void => void (this.isDisposed = true);

  answer(data: unknown): void {
    this.onMsg({ content: { data: JSON.parse(JSON.stringify(data)) as unknown } });
  }
}

/** A notebook's kernel as JupyterLab offers it. */
class FakeContext {
  readonly kernelChanged = new Signal<this, void>(this);
  readonly statusChanged = new Signal<this, string>(this);
  readonly iopubMessage = new Signal<this, object>(this);
  readonly comms: FakeComm[] = [];
  session: object | null = null;

  start(implementation: string): void {
    const createComm = (target: string): FakeComm => {
      expect(target).toBe("tvm-vta.session");
      this.comms.push(new FakeComm());
      return this.comm;
    };
    this.session = { kernel: { info: Promise.resolve({ implementation }), createComm } };
    this.kernelChanged.emit();
  }

  get comm(): FakeComm {
    return this.comms.at(-1)!;
  }

  /** The kernel has finished a request of some type. */
  done(request: string): void {
    this.iopubMessage.emit({
      header: { msg_type: "status" },
      parent_header: { msg_type: request },
      content: { execution_state: "idle" },
    });
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

let context: FakeContext;
let connection: SessionConnection;

beforeEach(() => {
  context = new FakeContext();
  connection = new SessionConnection(context as unknown as ISessionContext);
});

const kind = (): SessionState["kind"] => connection.state.kind;

const session = (...names: string[]): vta.view.SessionView => ({
  version: 1,
  environment: vta.view.environmentView(vta.getEnv()),
  objects: names.map((name) => ({ name, kind: "schedule", text: "A, B" })),
  trackers: [],
});

test("without a kernel there is nothing to show", () => {
  expect(kind()).toBe("nothing");
});

test("a kernel of another kind is not connected to", async () => {
  context.start("ipython");
  await settled();
  expect(kind()).toBe("foreign");
  expect(context.comms).toHaveLength(0);
});

describe("with our kernel", () => {
  beforeEach(async () => {
    context.start(ours);
    await settled();
  });

  test("its answer is kept", () => {
    expect(kind()).toBe("waiting");
    context.comm.answer(session("s"));
    expect(connection.state).toEqual({ kind: "known", session: session("s") });
  });

  test("a new answer is requested after every cell, and only then", () => {
    context.done("execute_request");
    context.done("comm_msg");
    context.done("complete_request");
    expect(context.comm.sent).toEqual([{}]);
  });

  test.each([
    ["a newer version", { ...session(), version: 2 }],
    ["an object without a name", { ...session(), objects: [{ kind: "schedule", text: "" }] }],
    ["no object at all", "hello"],
  ])("an answer is validated: %s", (_, data) => {
    context.comm.answer(data);
    expect(kind()).toBe("unreadable");
  });

  test("a requested object arrives", () => {
    const shown: string[] = [];
    connection.shown.connect((_, { name, bundle }) => shown.push(name, ...Object.keys(bundle)));
    connection.show("s");
    expect(context.comm.sent).toEqual([{ show: "s" }]);
    context.comm.answer({ shown: "s", bundle: { "text/plain": "schedule(A, B)" } });
    context.comm.answer({ shown: "gone" });
    expect(shown).toEqual(["s", "text/plain"]);
  });

  test("the queues of trackers arrive, and are not taken for a session", () => {
    const arrived: unknown[] = [];
    connection.trackers.connect((_, trackers) => arrived.push(...trackers));
    context.comm.answer({ ...session(), trackers: ["tracker"] });
    expect(kind()).toBe("known");
    connection.requestTrackers();
    expect(context.comm.sent).toEqual([{ trackers: true }]);
    const queues = [{ key: "vta", total: 2, free: 1, pending: 0 }];
    const inUse = [{ key: "vta", user: "Ada", address: "127.0.0.1:9091", since: 1 }];
    const tracker = { name: "tracker", address: "tcp://a:1", summary: { queues, inUse } };
    context.comm.answer({ trackers: [tracker, { name: "b", address: "c", error: "lost" }] });
    expect(arrived).toEqual([tracker, { name: "b", address: "c", error: "lost" }]);
    context.comm.answer({ trackers: [] });
    expect(kind()).toBe("known");
  });

  test("a restarted kernel is connected to again", async () => {
    context.comm.answer(session("s"));
    context.statusChanged.emit("restarting");
    expect(kind()).toBe("waiting");
    context.statusChanged.emit("idle");
    await settled();
    expect(context.comms).toHaveLength(2);
    context.comm.answer(session());
    expect(connection.state).toEqual({ kind: "known", session: session() });
  });

  test("a kernel that had not loaded the library is connected to after it has run a cell", async () => {
    context.comm.onClose();
    context.done("execute_request");
    await settled();
    expect(context.comms).toHaveLength(2);
  });

  test("a kernel that has ended is forgotten", () => {
    const { comm } = context;
    context.session = null;
    context.kernelChanged.emit();
    expect(kind()).toBe("nothing");
    expect(comm.isDisposed).toBe(true);
  });

  test("its messages are ignored after the end", () => {
    connection.dispose();
    context.done("execute_request");
    expect(context.comm.sent).toEqual([]);
    expect(context.comm.isDisposed).toBe(true);
  });
});

test("a kernel that was replaced before its kernel info arrived is not connected to", async () => {
  context.start(ours);
  context.start("ipython");
  await settled();
  expect(kind()).toBe("foreign");
  expect(context.comms).toHaveLength(0);
});
