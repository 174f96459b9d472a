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
import { descriptors, sharedNumbers } from "./descriptors";

/** How long the main thread has to take the message before it counts as computing. */
const PATIENCE_MS = 30;

const shared = workerData as Int32Array;
let sent = 0;

const session = new Session();
session.connectToMainThread();

const socket = new Socket({ fd: descriptors.interrupts, readable: true, writable: false });
socket.on("data", () => {
  sent += 1;
  parentPort!.postMessage("interrupt");
  Atomics.wait(shared, sharedNumbers.held, 1);
  if (isTaken()) return;
  session.post("Runtime.terminateExecution");
  // It may be waiting for another program, too; the main thread itself does not mind.
  process.kill(-process.pid, "SIGINT");
});
/** Waits for the main thread to take all interrupts that were sent; whether it has. */
function isTaken(): boolean {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const taken = Atomics.load(shared, sharedNumbers.taken);
    const left = end - performance.now();
    if (taken >= sent || left <= 0) return taken >= sent;
    Atomics.wait(shared, sharedNumbers.taken, taken, left);
  }
}

socket.on("end", () => process.kill(-process.pid, "SIGKILL"));
