/**
 * An event-driven simulation of the accelerator's timing.
 *
 * Fetch reads instructions in bursts and dispatches them to the queues of three modules. A module
 * starts the instruction at the head of its queue when its tokens are available, executes it, and
 * pushes tokens. Loads compete for the memory interface; all other durations are known at the
 * start. So the state changes only at these events: an instruction is dispatched, starts or ends,
 * or a burst is issued.
 *
 * In cycle 0, the launch bit is visible. A value written in a cycle (a token, a queue's entry) is
 * visible in the next cycle.
 */

import { checkInterruption, DeviceError } from "tvm-ts";
import { INSN_BYTES } from "../../hardware";
import { loadedElementBytes, type ElementBytes } from "./element-bytes";
import { MemoryInterface } from "./memory-interface";
import type { CycleModel } from "./model";
import { storeCycles } from "./store-cycles";
import { MODULE_SEMAPHORES, NO_TOKEN, SEMAPHORE_CONSUMER, type Timing } from "./timing";
import {
  CLIENT,
  COMPUTE_MODULE,
  LOAD_MODULE,
  STORE_MODULE,
  WORK,
  type StreamPlan,
} from "./stream-plan";
import { checkSize, transferAt } from "./transfer";
import { ZeroFill } from "./zero-fill";

const NEVER = Infinity;
const MODULES = 3;
/** Cycles of a GEMM or ALU in addition to a cycle per step. */
const PIPELINE_CYCLES = 6;

export class CycleEngine {
  private readonly memory: MemoryInterface;
  /** By client: whether elements of the current load are wider than the bus. */
  private readonly narrow = new Uint8Array(5);
  private readonly wideFetch: boolean;
  /** Instructions per fetch. */
  private readonly chunk: number;

  private readonly head: Float64Array;
  private readonly start: Float64Array;
  private readonly end: Float64Array;
  private readonly waitBus: Float64Array;
  private readonly waitLatency: Float64Array;
  private readonly waitWrite: Float64Array;
  private readonly waitPrevious: Float64Array;
  /** When an instruction is visible in its module's queue. */
  private readonly arrival: Float64Array;
  /** The instructions of each module, in order. */
  private readonly order: readonly Int32Array[];
  private readonly queueHead = new Int32Array(MODULES);
  private readonly queueTail = new Int32Array(MODULES);

  /** By module: the cycle of its next event, and whether that is the end of an instruction. */
  private readonly moduleAt = new Float64Array(MODULES).fill(NEVER);
  private readonly running = new Uint8Array(MODULES);
  private readonly idleAt = new Float64Array(MODULES);
  private readonly tokens = new Float64Array(4);
  private readonly posted = new Float64Array(4).fill(-1);
  /** By semaphore: since when it has a token. */
  private readonly availableAt = new Float64Array(4);

  /** The next instruction that fetch dispatches, and the end of those it has read. */
  private fetched = 0;
  private readTo = 0;
  private fetchAt = NEVER;
  private dealtAt = -1;
  /** The module whose full queue blocks fetch. */
  private blockedOn = -1;
  /** For a wide fetch: instructions that were read, those that entered its registers, and when. */
  private present = 0;
  private staged = 0;
  private chunkReady = NEVER;
  private readonly stagedAt = Float64Array.of(-1, -1);
  /**
   * The stalls of fetch: the cycle up to which they are counted, waits, and times blocked by full
   * queues.
   */
  private fetchSettled = 0;
  private fetchWaitBus = 0;
  private fetchWaitLatency = 0;
  private readonly fetchWaits: number[] = [];
  private readonly blocked: number[] = [];

  private readonly zeros = new ZeroFill();
  /** By client: the cycle up to which the waits of the current load are counted. */
  private readonly settled = new Float64Array(5);

  private cycles = -1;

  constructor(
    private readonly plan: StreamPlan,
    private readonly address: number,
    private readonly bytes: ElementBytes,
    private readonly model: CycleModel,
    tokens?: Float64Array,
  ) {
    const { count } = plan;
    this.memory = new MemoryInterface(model);
    this.wideFetch = this.memory.beatBytes > 8;
    this.chunk = this.wideFetch ? model.burstBeats : model.burstBeats / 2;
    this.head = new Float64Array(count).fill(-1);
    this.start = new Float64Array(count).fill(-1);
    this.end = new Float64Array(count).fill(-1);
    this.waitBus = new Float64Array(count);
    this.waitLatency = new Float64Array(count);
    this.waitWrite = new Float64Array(count);
    this.waitPrevious = new Float64Array(count);
    this.arrival = new Float64Array(count);
    const order = [0, 1, 2].map(() => new Int32Array(count));
    const sizes = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const module = plan.module[i]!;
      order[module]![sizes[module]!++] = i;
    }
    this.order = order;
    if (tokens !== undefined) this.tokens.set(tokens);
  }

  run(): Timing {
    const { memory, moduleAt } = this;
    this.requestChunk(1);
    for (;;) {
      checkInterruption();
      const load = moduleAt[LOAD_MODULE]!;
      const compute = moduleAt[COMPUTE_MODULE]!;
      const store = moduleAt[STORE_MODULE]!;
      let now = this.fetchAt;
      let event = MODULES;
      if (compute < now) {
        now = compute;
        event = COMPUTE_MODULE;
      }
      if (load < now) {
        now = load;
        event = LOAD_MODULE;
      }
      if (store < now) {
        now = store;
        event = STORE_MODULE;
      }
      if (memory.issueAt < now) this.issueBurst();
      else if (now === NEVER) break;
      else if (event === MODULES) this.dispatch(now);
      else if (this.running[event] === 1) this.finishInstruction(event, now);
      else this.startInstruction(event, now);
    }
    if (this.cycles < 0)
      throw new DeviceError("vta-endless", "the program does not end: it does not reach FINISH");
    const { cycles, head, start, end, waitBus, waitLatency, waitWrite, waitPrevious } = this;
    const fetch = {
      end: this.dealtAt + 1,
      waitBus: this.fetchWaitBus,
      waitLatency: this.fetchWaitLatency,
      waits: this.fetchWaits,
      blocked: this.blocked,
    };
    return {
      cycles,
      head,
      start,
      end,
      waitBus,
      waitLatency,
      waitWrite,
      waitPrevious,
      fetch,
      tokens: this.tokens,
    };
  }

  // Fetch ----------------------------------------------------------------------------------------

  /** Requests the next instructions; the command leaves fetch in cycle `at`. */
  private requestChunk(at: number): void {
    const { count } = this.plan;
    const begin = this.readTo;
    if (begin >= count) return;
    const end = Math.min(begin + this.chunk, count);
    this.readTo = end;
    this.fetchSettled = at;
    const bytes = (end - begin) * INSN_BYTES;
    this.memory.request(CLIENT.FETCH, at + 1, this.address + begin * INSN_BYTES, 1, bytes, 0);
  }

  /** Called when the last word of a chunk arrives. */
  private chunkRead(lastData: number): void {
    if (!this.wideFetch) {
      this.fetchAt = lastData + 1;
      return;
    }
    this.chunkReady = lastData + 3;
    this.present = this.readTo;
    this.stage();
  }

  /** Moves instructions to the two registers at the end of a wide fetch while there is room. */
  private stage(): void {
    while (this.staged < this.present && this.staged - this.fetched < 2) {
      const index = this.staged++;
      let at = Math.max(this.stagedAt[(index - 1) & 1]! + 1, this.chunkReady);
      if (index >= 2) at = Math.max(at, this.arrival[index - 2]!);
      this.stagedAt[index & 1] = at;
      if (this.staged === this.present) this.requestChunk(at + 3);
    }
    this.fetchAt = NEVER;
    if (this.fetched < this.staged) {
      this.fetchAt = Math.max(this.stagedAt[this.fetched & 1]! + 1, this.dealtAt + 1);
    }
  }

  /** Dispatches the next instruction to its module's queue, if that has room. */
  private dispatch(now: number): void {
    const index = this.fetched;
    const module = this.plan.module[index]!;
    const waiting = this.queueTail[module]! - this.queueHead[module]!;
    if (waiting >= this.model.queueDepth) {
      // The end of an instruction makes room and resumes fetch.
      this.fetchAt = NEVER;
      this.blockedOn = module;
      this.blocked.push(now);
      return;
    }
    this.fetched = index + 1;
    this.arrival[index] = now + 1;
    this.dealtAt = now;
    this.queueTail[module]!++;
    if (waiting === 0) this.scheduleStart(module);
    if (this.wideFetch) {
      this.stage();
    } else if (this.fetched < this.readTo) {
      this.fetchAt = now + 1;
    } else {
      this.fetchAt = NEVER;
      this.requestChunk(now + 2);
    }
  }

  // Modules --------------------------------------------------------------------------------------

  /**
   * Schedules the start of the instruction at the head of a module's queue, if its time is known.
   */
  private scheduleStart(module: number): void {
    const position = this.queueHead[module]!;
    if (position === this.queueTail[module]!) {
      this.moduleAt[module] = NEVER;
      return;
    }
    const index = this.order[module]![position]!;
    if (this.plan.work[index] === WORK.UNKNOWN) {
      this.moduleAt[module] = NEVER;
      return;
    }
    let at = Math.max(this.idleAt[module]!, this.arrival[index]!);
    this.head[index] = at;
    const bits = this.plan.tokens[index]!;
    const semaphores = MODULE_SEMAPHORES[module]!;
    for (let i = 0; i < 2; i++) {
      const semaphore = semaphores[i]!;
      if ((bits & (1 << i)) === 0 || semaphore === NO_TOKEN) continue;
      const count = this.tokens[semaphore]!;
      if (count === 0) at = NEVER;
      else if (count === 1 && this.posted[semaphore]! >= at) at = this.posted[semaphore]! + 1;
    }
    this.moduleAt[module] = at;
  }

  /** Starts an instruction; its first cycle is `now + 1`. */
  private startInstruction(module: number, now: number): void {
    const { plan } = this;
    const index = this.order[module]![this.queueHead[module]!]!;
    const bits = plan.tokens[index]!;
    const semaphores = MODULE_SEMAPHORES[module]!;
    for (let i = 0; i < 2; i++) {
      const semaphore = semaphores[i]!;
      if ((bits & (1 << i)) === 0 || semaphore === NO_TOKEN) continue;
      this.tokens[semaphore]!--;
      if (i === 0) {
        const waited = this.availableAt[semaphore]! - this.head[index]!;
        if (waited > 0) this.waitPrevious[index] = waited;
      }
    }
    this.start[index] = now + 1;
    this.running[module] = 1;
    switch (plan.work[index]) {
      case WORK.SYNC:
        this.moduleAt[module] = now + 1;
        return;
      case WORK.FINISH:
        this.moduleAt[module] = now + 1;
        if (this.cycles < 0) this.cycles = now + 1;
        return;
      case WORK.GEMM:
      case WORK.ALU:
        this.moduleAt[module] = now + PIPELINE_CYCLES + plan.steps[index]!;
        return;
      case WORK.STORE:
        this.startStore(index, now);
        return;
      case WORK.LOAD:
        this.moduleAt[module] = NEVER;
        this.startLoad(index, now);
    }
  }

  private startStore(index: number, now: number): void {
    const transfer = transferAt(this.plan, index);
    checkSize(index, transfer);
    const { cycles, waiting } = storeCycles(transfer, this.bytes.out, this.model);
    this.waitWrite[index] = waiting;
    this.moduleAt[STORE_MODULE] = now + cycles;
  }

  private finishInstruction(module: number, now: number): void {
    const { plan } = this;
    const index = this.order[module]![this.queueHead[module]!]!;
    this.end[index] = now + 1;
    this.running[module] = 0;
    this.idleAt[module] = now + 1;
    this.queueHead[module]!++;
    if (this.blockedOn === module) {
      this.blockedOn = -1;
      this.blocked.push(now + 1);
      this.fetchAt = now + 1;
    }
    const bits = plan.tokens[index]!;
    const semaphores = MODULE_SEMAPHORES[module]!;
    for (let i = 2; i < 4; i++) {
      const semaphore = semaphores[i]!;
      if ((bits & (1 << i)) !== 0 && semaphore !== NO_TOKEN) this.post(semaphore, now);
    }
    this.scheduleStart(module);
  }

  private post(semaphore: number, now: number): void {
    if (this.tokens[semaphore]! >= this.model.tokenLimit) return;
    if (this.tokens[semaphore]!++ === 0) this.availableAt[semaphore] = now + 1;
    this.posted[semaphore] = now;
    const consumer = SEMAPHORE_CONSUMER[semaphore]!;
    if (this.running[consumer] === 0) this.scheduleStart(consumer);
  }

  // Loads ----------------------------------------------------------------------------------------

  private startLoad(index: number, now: number): void {
    const transfer = transferAt(this.plan, index);
    const { rows, columns, yPad0, yPad1, xPad0, xPad1 } = transfer;
    const client = this.plan.client[index]!;
    const bytes = loadedElementBytes(this.bytes, this.plan, index);
    const narrow = bytes > this.memory.beatBytes ? 1 : 0;
    this.narrow[client] = narrow;
    const width = xPad0 + columns + xPad1;
    const sides = rows * (xPad0 + xPad1);
    const firstZero = now + 1 + narrow;
    const skipped = sides === 0 && yPad1 > 0 ? rows : 0;
    this.zeros.start(client, firstZero, yPad0 * width + sides, skipped, yPad1 * width);
    this.settled[client] = now + 1;
    checkSize(index, transfer);
    if (rows === 0) return; // The hardware never ends it.
    const { dram, stride } = transfer;
    const from = now + 2 + yPad0;
    this.memory.request(client, from, dram * bytes, rows, columns * bytes, stride * bytes);
  }

  private issueBurst(): void {
    const { memory } = this;
    const client = memory.issue();
    const { firstData, lastData } = memory;
    if (client === CLIENT.FETCH) {
      const waited = firstData - this.fetchSettled;
      const bus = Math.min(waited, memory.othersBeats);
      this.fetchWaitBus += bus;
      this.fetchWaitLatency += waited - bus;
      this.fetchWaits.push(this.fetchSettled, bus, waited - bus);
      this.fetchSettled = lastData + 1;
      if (memory.finished) this.chunkRead(lastData);
      return;
    }
    const module = client === CLIENT.INP || client === CLIENT.WGT ? LOAD_MODULE : COMPUTE_MODULE;
    const index = this.order[module]![this.queueHead[module]!]!;
    const delay = this.narrow[client]!;
    const zeros = this.zeros.fill(client, firstData + delay, lastData + delay);
    const waited = Math.max(0, firstData - this.settled[client]! - zeros);
    const bus = Math.min(waited, memory.othersBeats);
    this.waitBus[index]! += bus;
    this.waitLatency[index]! += waited - bus;
    this.settled[client] = lastData + 1;
    if (!memory.finished) return;
    this.moduleAt[module] = Math.max(lastData + delay + 1, this.zeros.finish(client));
  }
}
