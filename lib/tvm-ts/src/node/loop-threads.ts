/// <reference types="node" />
/**
 * Worker threads for parallel loops.
 *
 * The calling thread starts immediately and takes portions of the iterations from a counter in
 * shared memory; workers that receive the message in time take portions from the same counter. So a
 * short loop never waits for a thread to wake up, and does not depend on the event loop.
 */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ParallelWork, RangeFunction, ThreadPool } from "../runtime";

/** The shared state of a loop, as indices of an `Int32Array`. */
const NEXT = 0;
const RUNNING = 1;
const FAILED = 2;
const FAILED_AT = 3;
const FIELDS = 4;

/** Portions per thread: enough to balance the load, few enough to cost little. */
const PORTIONS = 16;

interface Message {
  readonly id: number;
  readonly code: WebAssembly.Module | undefined;
  readonly memory: WebAssembly.Memory | undefined;
  readonly body: string;
  readonly closure: number;
  readonly frame: number;
  readonly end: number;
  readonly step: number;
  readonly control: Int32Array;
}

/** The worker's program; plain JavaScript, since it is passed as text. */
const WORKER = `
const { parentPort } = require("node:worker_threads");
const instances = new Map();
const nothing = new Proxy({}, { get: () => () => { throw new Error("not on this thread"); } });
function instantiate({ code, memory }) {
  const imports = { env: { memory }, math: Math, host: nothing, extern: nothing };
  return new WebAssembly.Instance(code, { ...imports, recording: nothing, packed: nothing });
}
parentPort.on("message", (work) => {
  const { id, body, closure, frame, end, step, control } = work;
  if (work.code !== undefined) instances.set(id, instantiate(work));
  const run = instances.get(id).exports[body];
  Atomics.add(control, ${RUNNING}, 1);
  for (;;) {
    const begin = Atomics.add(control, ${NEXT}, step);
    if (begin >= end || Atomics.load(control, ${FAILED}) !== 0) break;
    try {
      run(frame, closure, begin, Math.min(begin + step, end));
    } catch {
      Atomics.store(control, ${FAILED_AT}, begin);
      Atomics.store(control, ${FAILED}, 1);
    }
  }
  Atomics.sub(control, ${RUNNING}, 1);
  Atomics.notify(control, ${RUNNING});
});
`;

class WorkerPool implements ThreadPool {
  private readonly workers: Worker[] = [];
  private readonly ids = new WeakMap<WebAssembly.Memory, WeakMap<WebAssembly.Module, number>>();
  private nextId = 0;

  constructor(readonly size: number) {
    for (let i = 1; i < size; i++) {
      const worker = new Worker(WORKER, { eval: true });
      // An idle pool does not keep the program from ending.
      worker.unref();
      this.workers.push(worker);
    }
  }

  run(
    work: ParallelWork,
    frames: readonly number[],
    begin: number,
    end: number,
    run: RangeFunction,
  ): void {
    const { closure, body } = work;
    const step = Math.max(1, Math.ceil((end - begin) / (this.size * PORTIONS)));
    const control = new Int32Array(new SharedArrayBuffer(FIELDS * 4));
    control[NEXT] = begin;
    const { id, isNew } = this.idOf(work);
    const code = isNew ? work.code : undefined;
    const memory = isNew ? work.memory : undefined;
    this.workers.forEach((worker, i) => {
      const frame = frames[i + 1]!;
      const message: Message = { id, code, memory, body, closure, frame, end, step, control };
      worker.postMessage(message);
    });
    try {
      for (;;) {
        const first = Atomics.add(control, NEXT, step);
        if (first >= end || Atomics.load(control, FAILED) !== 0) break;
        run(frames[0]!, closure, first, Math.min(first + step, end));
      }
    } finally {
      // All threads must be done before the memory of the loop is given back.
      Atomics.store(control, NEXT, end);
      for (let n = Atomics.load(control, RUNNING); n > 0; n = Atomics.load(control, RUNNING)) {
        Atomics.wait(control, RUNNING, n);
      }
    }
    if (control[FAILED] === 0) return;
    // The same iterations fail in this thread too, with an error that can be explained.
    run(frames[0]!, closure, control[FAILED_AT]!, Math.min(control[FAILED_AT]! + step, end));
  }

  /** The workers' number for this code in this memory. */
  private idOf({ code, memory }: ParallelWork): { id: number; isNew: boolean } {
    let modules = this.ids.get(memory);
    if (modules === undefined) this.ids.set(memory, (modules = new WeakMap()));
    const cached = modules.get(code);
    if (cached !== undefined) return { id: cached, isNew: false };
    const id = this.nextId++;
    modules.set(code, id);
    return { id, isNew: true };
  }
}

let pool: ThreadPool | undefined;

/** The threads of this process: `TVM_NUM_THREADS`, or one per processor. */
export function threads(): ThreadPool | undefined {
  const wanted = Number(process.env["TVM_NUM_THREADS"] ?? availableParallelism());
  if (!(wanted > 1)) return undefined;
  pool ??= new WorkerPool(Math.floor(wanted));
  return pool;
}
