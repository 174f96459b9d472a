/**
 * Steps through a trace: by calls, by a timer, or up to a target. The current moment is the start of the
 * chosen instruction.
 */

import { Signal, type ISignal } from "@lumino/signaling";
import type { MemoryModel } from "../trace/memory-model";
import { Moments } from "../trace/moment";
import type { TraceModel } from "../trace/model";
import type { TimeWindow } from "../trace/time-window";

/** Milliseconds between two steps while playing. */
const STEP_INTERVAL_MS = 400;

export class Stepper {
  readonly moments: Moments;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly playing_ = new Signal<this, boolean>(this);

  constructor(
    model: TraceModel,
    private readonly window: TimeWindow,
  ) {
    this.moments = new Moments(model);
  }

  /** Emitted when playing starts or ends. */
  get playingChanged(): ISignal<this, boolean> {
    return this.playing_;
  }

  get isPlaying(): boolean {
    return this.timer !== undefined;
  }

  /** Goes to the start of the instruction before or after. @returns whether there is one */
  step(distance: 1 | -1): boolean {
    const next = this.moments.neighbour(this.window.selected, distance);
    if (next !== undefined) this.window.select(next);
    return next !== undefined;
  }

  /** Steps automatically until the end, or until `pause`. */
  play(): void {
    if (this.isPlaying || !this.step(1)) return;
    this.timer = setInterval(() => {
      if (!this.step(1)) this.pause();
    }, STEP_INTERVAL_MS);
    this.playing_.emit(true);
  }

  pause(): void {
    if (!this.isPlaying) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.playing_.emit(false);
  }

  /** Goes to an instruction; the number is clamped. */
  runTo(instruction: number): void {
    this.pause();
    this.window.select(instruction);
  }

  /**
   * Goes to the next instruction that writes an element.
   * @returns whether there is one
   */
  runToChange(memory: MemoryModel, element: number): boolean {
    this.pause();
    const next = this.moments.nextChange(this.window.selected, memory, element);
    if (next !== undefined) this.window.select(next);
    return next !== undefined;
  }

  dispose(): void {
    this.pause();
    Signal.clearData(this);
  }
}
