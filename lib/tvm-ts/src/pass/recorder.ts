/**
 * Records the execution of passes. A record holds the modules before and after; they are printed and
 * compared only when read.
 */

import { printModule, type IRModule } from "../ir";
import type { PassInstrument } from "./instrument";
import type { PassInfo } from "./pass";
import type { LowerFailure } from "./lower-trace";

/** One execution of a pass. */
export class PassRecord {
  constructor(
    readonly pass: PassInfo,
    /** The number of passes around it. */
    readonly depth: number,
    readonly before: IRModule,
    readonly after: IRModule,
    /** Milliseconds, including nested passes. */
    readonly time: number,
  ) {}

  get name(): string {
    return this.pass.name;
  }

  /** Whether the pass changed the module's text. */
  get changed(): boolean {
    return this.before !== this.after && this.textBefore !== this.textAfter;
  }

  get textBefore(): string {
    return textOf(this.before);
  }

  get textAfter(): string {
    return textOf(this.after);
  }
}

/** Modules are immutable, so a module is printed once. */
const texts = new WeakMap<IRModule, string>();

function textOf(module: IRModule): string {
  let text = texts.get(module);
  if (text === undefined) {
    text = printModule(module).text;
    texts.set(module, text);
  }
  return text;
}

/** Records passes in the order in which they finish. */
export class PassRecorder implements PassInstrument {
  readonly name = "recorder";
  private readonly running: { module: IRModule; pass: PassInfo; start: number }[] = [];
  private readonly finished: PassRecord[] = [];

  get records(): readonly PassRecord[] {
    return this.finished;
  }

  /** The innermost pass that started and did not finish; undefined when all finished. */
  get unfinished(): Pick<LowerFailure, "pass" | "depth" | "before"> | undefined {
    const run = this.running.at(-1);
    if (run === undefined) return undefined;
    return { pass: run.pass, depth: this.running.length - 1, before: run.module };
  }

  enterPassContext(): void {
    this.running.length = 0; // a pass that threw is not removed
  }

  runBeforePass(module: IRModule, pass: PassInfo): void {
    this.running.push({ module, pass, start: performance.now() });
  }

  runAfterPass(module: IRModule, pass: PassInfo): void {
    const end = performance.now();
    const { module: before, start } = this.running.pop()!;
    this.finished.push(new PassRecord(pass, this.running.length, before, module, end - start));
  }
}
