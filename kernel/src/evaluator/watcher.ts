/**
 * A thread beside the evaluator's own, there for what a busy one cannot do: be interrupted, and
 * notice that the kernel is gone.
 *
 * An interrupt is first offered to the main thread as a message, which settles the case where it
 * waits for something. If the message is not taken, the thread computes; then V8 is asked to
 * terminate what it executes. All JavaScript up to the event loop unwinds, loops in WebAssembly
 * included, and the message is found there.
 */

import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { descriptors } from "./messages";

/** How long the main thread has to take the message before it counts as computing. */
const PATIENCE_MS = 30;

/** Shared with the main thread: how many interrupts it has taken. */
const taken = workerData as Int32Array;
let sent = 0;

const session = new Session();
session.connectToMainThread();

const socket = new Socket({ fd: descriptors.interrupts, readable: true, writable: false });
socket.on("data", () => {
  sent += 1;
  parentPort!.postMessage("interrupt");
  const before = sent - 1;
  Atomics.wait(taken, 0, before, PATIENCE_MS);
  if (Atomics.load(taken, 0) < sent) session.post("Runtime.terminateExecution");
});
socket.on("end", () => process.kill(process.pid, "SIGKILL"));
