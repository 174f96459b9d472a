/** The visible window of a trace and the chosen instruction, shared by all views. */

import { Signal, type ISignal } from "@lumino/signaling";
import type { TraceModel } from "./model";

/** The fewest visible instructions or cycles. */
const MIN_SPAN = 8;
/** The number of initially visible instructions of a long trace, so that they can be distinguished. */
const INITIAL_SPAN = 200;

export class TimeWindow {
  private from_ = 0;
  private to_: number;
  private selected_ = -1;
  private readonly changed_ = new Signal<this, void>(this);
  private readonly selection_ = new Signal<this, number>(this);

  constructor(readonly model: TraceModel) {
    this.to_ = model.times.ends
      .subarray(0, INITIAL_SPAN)
      .reduce((last, end) => Math.max(last, end), 1);
  }

  /** Emitted when the window or the chosen instruction has changed. */
  get changed(): ISignal<this, void> {
    return this.changed_;
  }

  /** Emitted when another instruction is chosen. */
  get selectionChanged(): ISignal<this, number> {
    return this.selection_;
  }

  get from(): number {
    return this.from_;
  }

  get to(): number {
    return this.to_;
  }

  get total(): number {
    return Math.max(this.model.duration, 1);
  }

  get showsAll(): boolean {
    return this.from_ <= 0 && this.to_ >= this.total;
  }

  /** The chosen instruction; -1 before one is. */
  get selected(): number {
    return this.selected_;
  }

  /** Chooses an instruction and makes it visible; the number is clamped. */
  select(index: number): void {
    const { model } = this;
    const next = Math.min(Math.max(index, 0), model.size - 1);
    if (next === this.selected_) return;
    this.selected_ = next;
    const span = this.to_ - this.from_;
    const [begin, end] = [model.times.begins[next]!, model.times.ends[next]!];
    if (begin < this.from_ || end > this.to_) {
      this.from_ = this.clamp((begin + end) / 2 - span / 2, span);
      this.to_ = this.from_ + span;
    }
    this.selection_.emit(next);
    this.changed_.emit();
  }

  /** Scales the window by `factor` around `center`. */
  zoom(factor: number, center = this.center): void {
    const span = this.to_ - this.from_;
    const wanted = Math.min(Math.max(span * factor, Math.min(MIN_SPAN, this.total)), this.total);
    this.show(center - ((center - this.from_) * wanted) / span, wanted);
  }

  /** Moves by a fraction of the window. */
  pan(share: number): void {
    const span = this.to_ - this.from_;
    this.show(this.from_ + share * span, span);
  }

  showAll(): void {
    this.show(0, this.total);
  }

  /** Shows the window between two times, clamped to the trace. */
  showBetween(from: number, to: number): void {
    this.show(from, Math.min(Math.max(to - from, 1), this.total));
  }

  /** The center for zooming: the chosen instruction if it is visible. */
  private get center(): number {
    const begin = this.model.times.begins[this.selected_] ?? -1;
    return begin >= this.from_ && begin <= this.to_ ? begin : (this.from_ + this.to_) / 2;
  }

  private show(from: number, span: number): void {
    this.from_ = this.clamp(from, span);
    this.to_ = this.from_ + span;
    this.changed_.emit();
  }

  private clamp(from: number, span: number): number {
    return Math.min(Math.max(from, 0), this.total - span);
  }
}
