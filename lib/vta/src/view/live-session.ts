/**
 * Answers a front end's requests about the session. They come through a kernel with comms and access to the
 * session's variables (`jupyter.comm`, `jupyter.variables`, see docs/cells.md).
 */

import { runtime, type view } from "tvm-ts";
import type { ProfilerStats } from "../accelerator";
import { sessionView, trackerFacts, type TrackerFact } from "./session-view";

/**
 * The comm's target. Every message gets a reply: a `ShowRequest` the object's display, a `TrackersRequest`
 * the trackers' queues, any other the `SessionView`.
 */
const SESSION_TARGET = "tvm-vta.session";

/** Requests an object's display. */
export interface ShowRequest {
  readonly show: string;
}

/** Requests the trackers' queues. */
export interface TrackersRequest {
  readonly trackers: true;
}

/** The reply: the trackers' queues, and the clients of their servers. */
export interface TrackersReply {
  readonly trackers: readonly TrackerFact[];
}

/** The reply: the object as a cell would show it; for a module, its program. */
export interface ShownReply {
  readonly shown: string;
  /** Missing when there is nothing to show under that name. */
  readonly bundle?: view.MimeBundle;
}

/** The parts of a kernel's API that are used. */
interface Kernel {
  readonly comm: view.KernelComms;
  variables(): ReadonlyMap<string, unknown>;
}

/** @param lastCall the counters of the last call of a program */
export function serveSessionView(lastCall: () => ProfilerStats): void {
  const { jupyter } = globalThis as { jupyter?: Partial<Kernel> };
  const { comm: comms, variables } = jupyter ?? {};
  if (comms === undefined || variables === undefined) return;
  comms.register(SESSION_TARGET, (comm) => {
    const tell = (): void => comm.send(sessionView(variables(), lastCall()));
    comm.onMessage(({ data }) => {
      const { show, trackers } = data as Partial<ShowRequest & TrackersRequest>;
      if (trackers === true) void sendTrackers(comm, variables());
      else if (show === undefined) tell();
      else comm.send({ shown: show, ...displayOf(variables().get(show)) } satisfies ShownReply);
    });
    tell();
  });
}

async function sendTrackers(
  comm: view.KernelComm,
  variables: ReadonlyMap<string, unknown>,
): Promise<void> {
  comm.send({ trackers: await trackerFacts(variables) } satisfies TrackersReply);
}

function displayOf(value: unknown): Pick<ShownReply, "bundle"> {
  // A cell shows a module as a function; here its program is shown.
  if (value instanceof runtime.Module) return { bundle: programBundle(value) };
  const display = (value as Partial<Record<symbol, unknown>> | null | undefined)?.[
    Symbol.for("Jupyter.display")
  ];
  if (typeof display !== "function") return {};
  return { bundle: display.call(value) as view.MimeBundle };
}

function programBundle(module: runtime.Module): view.MimeBundle {
  const text = module.getSource("tir");
  return { "text/markdown": `\`\`\`tir\n${text}\n\`\`\``, "text/plain": text };
}
