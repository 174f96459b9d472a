/** The part of a trace that is in sight, and the instruction that was chosen: what all views share. */

import { Signal, type ISignal } from "@lumino/signaling";
import type { TraceModel } from "./model";

/** At least so many instructions or cycles are in sight. */
const MIN_SPAN = 8;
/** How many instructions of a long trace are in sight at first: such as can be told apart. */
const AT_FIRST = 200;

export class TimeWindow {
  private from_ = 0;
  private to_: number;
  private selected_ = -1;
  private readonly changed_ = new Signal<this, void>(this);
  private readonly selection_ = new Signal<this, number>(this);

  constructor(readonly model: TraceModel) {
    this.to_ = model.times.ends.subarray(0, AT_FIRST).reduce((last, end) => Math.max(last, end), 1);
  }

  /** What is in sight, or what is chosen, is another. */
  get changed(): ISignal<this, void> {
    return this.changed_;
  }

  /** Another instruction is chosen. */
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

  /** Chooses an instruction and brings it in sight; numbers beyond the ends mean the ends. */
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

  /** Shows `factor` times as much, with `center` staying where it is. */
  zoom(factor: number, center = this.center): void {
    const span = this.to_ - this.from_;
    const wanted = Math.min(Math.max(span * factor, Math.min(MIN_SPAN, this.total)), this.total);
    this.show(center - ((center - this.from_) * wanted) / span, wanted);
  }

  /** Moves by a part of what is in sight. */
  pan(share: number): void {
    const span = this.to_ - this.from_;
    this.show(this.from_ + share * span, span);
  }

  showAll(): void {
    this.show(0, this.total);
  }

  /** Shows the times between two, as far as there are such. */
  showBetween(from: number, to: number): void {
    this.show(from, Math.min(Math.max(to - from, 1), this.total));
  }

  /** Where to zoom: at the chosen instruction if it is in sight. */
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
