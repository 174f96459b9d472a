/** A run as the rules of `explain()` look at it, and how it is timed again after a change. */

import type { Hardware } from "../../../hardware";
import { elementBytesOf, loadedElementBytes, type ElementBytes } from "../element-bytes";
import type { CycleModel } from "../model";
import { timeStream } from "../simulate";
import { stallsOf, type ModuleStalls } from "../stalls";
import type { ProfiledRun } from "../profiled-run";
import { WORK, type StreamPlan } from "../stream-plan";
import { transferAt, type Transfer } from "../transfer";
import { StreamEdit } from "./stream-edit";

export interface Advice {
  /** What was found, in a few words. */
  readonly condition: string;
  /** What was measured, and what of it is too much. */
  readonly measured: number;
  readonly threshold: number;
  /** What `measured` is: `"of the cycles load waits for tokens of compute"`. */
  readonly measure: string;
  readonly change: string;
  /** Cycles that the change gains. */
  readonly gain: number;
  /** The statement of the lowered program that it is about. */
  readonly place: string;
}

/** What a rule found in a run. */
export interface Finding extends Omit<Advice, "gain" | "place"> {
  /** The instruction that stands for the others. */
  readonly index: number;
  /** Cycles after the change. */
  readonly cycles: () => number;
}

export type AdviceRule = (evidence: Evidence) => Finding | undefined;

export class Evidence {
  readonly plan: StreamPlan;
  readonly cycles: number;
  readonly stalls: ModuleStalls;
  readonly burstBytes: number;
  private readonly elementBytes: ElementBytes;

  constructor(
    readonly hardware: Hardware,
    readonly model: CycleModel,
    readonly run: ProfiledRun,
  ) {
    this.plan = run.plan;
    this.cycles = run.timing.cycles;
    this.stalls = stallsOf(run.plan, run.timing);
    this.burstBytes = (model.busBits / 8) * model.burstBeats;
    this.elementBytes = elementBytesOf(hardware);
  }

  /** Cycles of the stream after a change, with more tokens at the launch if given. */
  retime(change: (edit: StreamEdit) => void, moreTokens?: readonly number[]): number {
    const { hardware, model, run } = this;
    const edit = new StreamEdit(this.plan);
    change(edit);
    const tokens = Float64Array.from(run.tokens ?? [0, 0, 0, 0]);
    moreTokens?.forEach((more, semaphore) => (tokens[semaphore]! += more));
    return timeStream(hardware, edit.result(), { model, address: run.address, tokens }).cycles;
  }

  /** The instructions of a kind of work, and of a client if given. */
  indices(work: number, ...clients: readonly number[]): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.plan.count; i++) {
      if (this.plan.work[i] !== work) continue;
      if (clients.length === 0 || clients.includes(this.plan.client[i]!)) found.push(i);
    }
    return found;
  }

  /** Cycles that instructions worked. */
  worked(indices: readonly number[]): number {
    const { start, end } = this.run.timing;
    return indices.reduce((sum, i) => sum + end[i]! - start[i]!, 0);
  }

  transfer(index: number): Transfer {
    return transferAt(this.plan, index);
  }

  /** Bytes in DRAM of an element that a LOAD or STORE moves. */
  bytesAnElement(index: number): number {
    if (this.plan.work[index] === WORK.STORE) return this.elementBytes.out;
    return loadedElementBytes(this.elementBytes, this.plan, index);
  }

  bytesOf(index: number): number {
    const { rows, columns } = this.transfer(index);
    return rows * columns * this.bytesAnElement(index);
  }

  /** Bursts that a transfer is cut into. */
  bursts(index: number): number {
    const { rows, columns, stride, dram } = this.transfer(index);
    const element = this.bytesAnElement(index);
    let bursts = 0;
    for (let y = 0, address = dram * element; y < rows; y++, address += stride * element) {
      const last = address + columns * element - 1;
      bursts += Math.floor(last / this.burstBytes) - Math.floor(address / this.burstBytes) + 1;
    }
    return bursts;
  }
}
