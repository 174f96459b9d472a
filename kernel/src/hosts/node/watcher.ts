/**
 * A second thread of the evaluator, for tasks that a busy main thread cannot do: it receives interrupts, and
 * detects that the kernel has ended.
 *
 * An interrupt is first sent to the main thread as a message, which is enough if that thread waits. If the
 * message is not handled in time, the thread computes; then V8 terminates its execution. All JavaScript and
 * WebAssembly up to the event loop unwinds, and the event loop handles the message.
 */

import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { descriptors, sharedNumbers } from "./descriptors";

/** Milliseconds for the main thread to handle the message before it counts as computing. */
const INTERRUPT_TIMEOUT_MS = 30;

const shared = workerData as Int32Array;
let sent = 0;

const session = new Session();
session.connectToMainThread();

const socket = new Socket({ fd: descriptors.interrupts, readable: true, writable: false });
socket.on("data", () => {
  sent += 1;
  parentPort!.postMessage("interrupt");
  Atomics.wait(shared, sharedNumbers.held, 1);
  if (isHandled()) return;
  session.post("Runtime.terminateExecution");
  // The main thread can also wait for a child process; it ignores the signal itself.
  process.kill(-process.pid, "SIGINT");
});
/** Waits for the main thread to handle all interrupts that were sent; returns whether it has. */
function isHandled(): boolean {
  const end = performance.now() + INTERRUPT_TIMEOUT_MS;
  for (;;) {
    const taken = Atomics.load(shared, sharedNumbers.taken);
    const left = end - performance.now();
    if (taken >= sent || left <= 0) return taken >= sent;
    Atomics.wait(shared, sharedNumbers.taken, taken, left);
  }
}

socket.on("end", () => process.kill(-process.pid, "SIGKILL"));
