/** The controls for stepping: play, step, run to an instruction or to a change. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { button, choice, element, numberField, toolbar, type Control } from "../dom/controls";
import type { MemoryModel } from "../trace/memory-model";
import type { TraceModel } from "../trace/model";
import type { Stepper } from "./stepper";

export class StepControls {
  readonly node: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly instruction: Control<number>;
  private readonly memory: Control<string>;
  private readonly element: Control<number>;
  private readonly message = element("span", "jp-tvm-Step-message");

  constructor(
    model: TraceModel,
    private readonly stepper: Stepper,
    private readonly memories: readonly MemoryModel[],
    private readonly trans: TranslationBundle,
    private readonly onAim: (memory: MemoryModel, place: number) => void,
  ) {
    this.play = button("", () => (stepper.isPlaying ? stepper.pause() : stepper.play()));
    this.play.classList.add("jp-tvm-Step-play");
    this.instruction = numberField(trans.__("Instruction"), 0, model.size - 1);
    const names = memories.map(({ fact: { name } }) => [name, name] as const);
    this.memory = choice(trans.__("Memory"), names, names[0]?.[0] ?? "", () => this.announce(""));
    this.element = numberField(trans.__("element"), 0, Number.MAX_SAFE_INTEGER);
    this.message.setAttribute("role", "status");
    this.node = toolbar(
      trans.__("Step through"),
      element(
        "span",
        "jp-tvm-Step-group",
        button(trans.__("Step back"), () => this.by(() => stepper.step(-1))),
        this.play,
        button(trans.__("Step forward"), () => this.by(() => stepper.step(1))),
      ),
      element(
        "span",
        "jp-tvm-Step-group",
        this.instruction.node,
        button(trans.__("Run to it"), () =>
          this.by(() => stepper.runTo(Math.round(this.instruction.value) || 0)),
        ),
      ),
      ...(memories.length > 0 ? [this.changes()] : []),
      this.message,
    );
    this.showPlaying();
    stepper.playingChanged.connect(this.showPlaying, this);
  }

  /** Sets the element for a run to a change. */
  aim(memory: MemoryModel, place: number): void {
    this.memory.value = memory.fact.name;
    this.element.value = place;
    this.onAim(memory, place);
    this.announce("");
  }

  private changes(): HTMLElement {
    return element(
      "span",
      "jp-tvm-Step-group",
      this.memory.node,
      this.element.node,
      button(this.trans.__("Run to its next change"), () => this.runToChange()),
    );
  }

  private runToChange(): void {
    const { trans, stepper } = this;
    const memory = this.memories.find(({ fact }) => fact.name === this.memory.value)!;
    const place = Math.round(this.element.value) || 0;
    const { name, depth } = memory.fact;
    if (place < 0 || place >= depth) {
      this.announce(trans.__("%1 has elements 0 to %2", name, depth - 1));
      return;
    }
    this.onAim(memory, place);
    if (stepper.runToChange(memory, place)) {
      this.announce("");
    } else {
      this.announce(trans.__("%1 %2 is not written after this", name, place));
    }
  }

  private by(action: () => unknown): void {
    this.stepper.pause();
    action();
    this.announce("");
  }

  private announce(text: string): void {
    this.message.textContent = text;
  }

  private showPlaying(): void {
    const { trans, stepper } = this;
    this.play.textContent = stepper.isPlaying ? trans.__("Pause") : trans.__("Play");
  }
}
