/**
 * Tells a front end about the session whenever it asks. A kernel that offers comms and the session's
 * variables (`jupyter.comm`, `jupyter.variables`, see docs/cells.md) takes the questions.
 */

import { runtime, type view } from "tvm-ts";
import type { ProfilerStats } from "../accelerator";
import { sessionView, trackerFacts, type TrackerFact } from "./session-view";

/**
 * The comm's target. Every message is answered: one that names an object with its display, one that
 * asks for the trackers with their queues.
 */
const SESSION_TARGET = "tvm-vta.session";

/** A message that asks for an object. */
export interface ShowRequest {
  readonly show: string;
}

/** A message that asks for the trackers; one that is not a request asks for the `SessionView`. */
export interface TrackersRequest {
  readonly trackers: true;
}

/** The answer: the trackers' queues, and who has which server. */
export interface TrackersReply {
  readonly trackers: readonly TrackerFact[];
}

/** The answer: the object as a cell that ends in its name shows it, of a module its program. */
export interface ShownReply {
  readonly shown: string;
  /** Missing when there is nothing to show under that name. */
  readonly bundle?: view.MimeBundle;
}

/** What is used of a kernel. */
interface Kernel {
  readonly comm: view.KernelComms;
  variables(): ReadonlyMap<string, unknown>;
}

/** @param lastCall what the last call of a program cost */
export function serveSessionView(lastCall: () => ProfilerStats): void {
  const { jupyter } = globalThis as { jupyter?: Partial<Kernel> };
  const { comm: comms, variables } = jupyter ?? {};
  if (comms === undefined || variables === undefined) return;
  comms.register(SESSION_TARGET, (comm) => {
    const tell = (): void => comm.send(sessionView(variables(), lastCall()));
    comm.onMessage(({ data }) => {
      const { show, trackers } = data as Partial<ShowRequest & TrackersRequest>;
      if (trackers === true) void tellTrackers(comm, variables());
      else if (show === undefined) tell();
      else comm.send({ shown: show, ...displayOf(variables().get(show)) } satisfies ShownReply);
    });
    tell();
  });
}

async function tellTrackers(
  comm: view.KernelComm,
  variables: ReadonlyMap<string, unknown>,
): Promise<void> {
  comm.send({ trackers: await trackerFacts(variables) } satisfies TrackersReply);
}

function displayOf(value: unknown): Pick<ShownReply, "bundle"> {
  // In a cell a module is a function like others; here its program is worth more than its name.
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
