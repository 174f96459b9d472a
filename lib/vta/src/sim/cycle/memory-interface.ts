/**
 * The memory interface (shell/VME.scala) and the memory (dpi/VTAMemDPI.scala): when bursts are
 * issued, and when their data arrive.
 *
 * Each client has a register for one command. In each cycle, the interface issues the command of
 * the first client with one, unless no tag is free or the last beat of a burst arrives. The memory
 * serves requests in order, a beat per cycle; a request to an idle memory waits for the latency.
 */

import type { CycleModel } from "./model";

const CLIENTS = 5;
const NEVER = Infinity;

export class MemoryInterface {
  readonly beatBytes: number;
  /** When the next burst is issued. */
  issueAt = NEVER;
  /** The first and the last cycle in which the client of the last issued burst sees data. */
  firstData = 0;
  lastData = 0;
  /** Cycles since the client's previous burst in which other clients' data arrived. */
  othersBeats = 0;
  /** Whether the last issued burst was the last of its request. */
  finished = false;

  private readonly burstBytes: number;
  private readonly latency: number;
  private readonly tags: number;
  /** By client: since when it has a command to issue. */
  private readonly pending = new Float64Array(CLIENTS).fill(NEVER);
  private readonly rowsLeft = new Float64Array(CLIENTS);
  private readonly rowAddress = new Float64Array(CLIENTS);
  private readonly rowBytes = new Float64Array(CLIENTS);
  private readonly rowStride = new Float64Array(CLIENTS);
  private readonly address = new Float64Array(CLIENTS);
  private readonly beatsLeft = new Float64Array(CLIENTS);
  /** Beats of all issued bursts, and by client their number at its last burst. */
  private issuedBeats = 0;
  private readonly beatsSeen = new Float64Array(CLIENTS);

  private lastIssue = -1;
  /** The start and the beats of the last request that the memory served. */
  private served = -1;
  private servedBeats = 0;
  /** Cycles in which the last beats of pending bursts arrive; a ring buffer. */
  private readonly lasts: Float64Array;
  private readonly beats: Float64Array;
  private readonly mask: number;
  private lastsHead = 0;
  private lastsTail = 0;

  constructor(model: CycleModel) {
    this.beatBytes = model.busBits / 8;
    this.burstBytes = this.beatBytes * model.burstBeats;
    this.latency = model.memoryLatency;
    this.tags = model.requestTags;
    let size = 2;
    while (size < 2 * model.requestTags) size *= 2;
    this.lasts = new Float64Array(size);
    this.beats = new Float64Array(size);
    this.mask = size - 1;
  }

  /** Requests rows for a client; the first command is in the register from cycle `from` on. */
  request(
    client: number,
    from: number,
    address: number,
    rows: number,
    rowBytes: number,
    rowStride: number,
  ): void {
    this.rowsLeft[client] = rows;
    this.rowBytes[client] = rowBytes;
    this.rowStride[client] = rowStride;
    this.startRow(client, address);
    this.pending[client] = from;
    this.beatsSeen[client] = this.issuedBeats - this.beatsFrom(from - 1);
    this.schedule();
  }

  /** Beats of pending bursts that clients see in cycle `from` or later. */
  private beatsFrom(from: number): number {
    let count = 0;
    for (let i = this.lastsTail - 1; i >= this.lastsHead; i--) {
      const ahead = this.lasts[i & this.mask]! + 2 - from;
      if (ahead <= 0) break;
      count += Math.min(ahead, this.beats[i & this.mask]!);
    }
    return count;
  }

  private startRow(client: number, address: number): void {
    const offset = address % this.beatBytes;
    this.rowAddress[client] = address;
    this.address[client] = address - offset;
    this.beatsLeft[client] = Math.ceil((offset + this.rowBytes[client]!) / this.beatBytes);
  }

  /** Issues the burst that is due at `issueAt`. @returns the client */
  issue(): number {
    const { pending, lasts, mask } = this;
    const now = this.issueAt;
    let client = 0;
    while (pending[client]! > now) client++;

    const address = this.address[client]!;
    const room = (this.burstBytes - (address % this.burstBytes)) / this.beatBytes;
    const left = this.beatsLeft[client]!;
    const beats = left < room ? left : room;
    this.finished = false;
    if (beats < left) {
      this.beatsLeft[client] = left - beats;
      this.address[client] = address + beats * this.beatBytes;
    } else if (--this.rowsLeft[client]! > 0) {
      this.startRow(client, this.rowAddress[client]! + this.rowStride[client]!);
    } else {
      this.finished = true;
    }
    pending[client] = this.finished ? NEVER : now + 2;

    let begin = this.served + this.servedBeats;
    const arrival = this.served >= now ? now + 1 : now + 1 + this.latency;
    if (begin < arrival) begin = arrival;
    this.served = begin;
    this.servedBeats = beats;
    const last = begin + beats;
    this.firstData = begin + 2;
    this.lastData = last + 1;

    this.othersBeats = this.issuedBeats - this.beatsSeen[client]!;
    this.issuedBeats += beats;
    this.beatsSeen[client] = this.issuedBeats;

    while (this.lastsHead < this.lastsTail && lasts[this.lastsHead & mask]! < now) this.lastsHead++;
    this.beats[this.lastsTail & mask] = beats;
    lasts[this.lastsTail++ & mask] = last;
    this.lastIssue = now;
    this.schedule();
    return client;
  }

  private schedule(): void {
    const { pending, lasts, mask, lastsTail } = this;
    let at = pending[0]!;
    for (let i = 1; i < CLIENTS; i++) if (pending[i]! < at) at = pending[i]!;
    if (at === NEVER) {
      this.issueAt = NEVER;
      return;
    }
    if (at <= this.lastIssue) at = this.lastIssue + 1;
    for (let i = this.lastsHead; i < lastsTail; i++) {
      const last = lasts[i & mask]!;
      if (last < at) continue;
      if (lastsTail - i >= this.tags || last === at) at = last + 1;
      else break;
    }
    this.issueAt = at;
  }
}
