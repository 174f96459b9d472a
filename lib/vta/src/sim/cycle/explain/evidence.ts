/** The data of a run for the rules of `explain()`, and its timing after a change. */

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
  /** A short description of the finding. */
  readonly condition: string;
  /** The measured value, and the threshold. */
  readonly measured: number;
  readonly threshold: number;
  /** The unit of `measured`: `"of the cycles load waits for tokens of compute"`. */
  readonly measure: string;
  readonly change: string;
  /** Cycles that the change saves. */
  readonly gain: number;
  /** The statement of the lowered program that is affected. */
  readonly place: string;
}

/** A rule's finding in a run. */
export interface Finding extends Omit<Advice, "gain" | "place"> {
  /** The representative instruction. */
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

  /** Cycles of the stream after a change, optionally with more tokens at the launch. */
  retime(change: (edit: StreamEdit) => void, moreTokens?: readonly number[]): number {
    const { hardware, model, run } = this;
    const edit = new StreamEdit(this.plan);
    change(edit);
    const tokens = Float64Array.from(run.tokens ?? [0, 0, 0, 0]);
    moreTokens?.forEach((more, semaphore) => (tokens[semaphore]! += more));
    return timeStream(hardware, edit.result(), { model, address: run.address, tokens }).cycles;
  }

  /** The instructions of a kind of work, optionally of some clients. */
  indices(work: number, ...clients: readonly number[]): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.plan.count; i++) {
      if (this.plan.work[i] !== work) continue;
      if (clients.length === 0 || clients.includes(this.plan.client[i]!)) found.push(i);
    }
    return found;
  }

  /** Cycles that instructions worked. */
  workCycles(indices: readonly number[]): number {
    const { start, end } = this.run.timing;
    return indices.reduce((sum, i) => sum + end[i]! - start[i]!, 0);
  }

  transfer(index: number): Transfer {
    return transferAt(this.plan, index);
  }

  /** Bytes of an element in DRAM that a LOAD or STORE moves. */
  bytesPerElement(index: number): number {
    if (this.plan.work[index] === WORK.STORE) return this.elementBytes.out;
    return loadedElementBytes(this.elementBytes, this.plan, index);
  }

  bytesOf(index: number): number {
    const { rows, columns } = this.transfer(index);
    return rows * columns * this.bytesPerElement(index);
  }

  /** The bursts of a transfer. */
  bursts(index: number): number {
    const { rows, columns, stride, dram } = this.transfer(index);
    const element = this.bytesPerElement(index);
    let bursts = 0;
    for (let y = 0, address = dram * element; y < rows; y++, address += stride * element) {
      const last = address + columns * element - 1;
      bursts += Math.floor(last / this.burstBytes) - Math.floor(address / this.burstBytes) + 1;
    }
    return bursts;
  }
}
