/** An instrument that prints passes and their results, with a level of detail. */

import { printExpr, printModule, type IRModule, type PrimExpr } from "../ir";
import type { PassInstrument } from "./instrument";
import { PassRecord, PassRecorder } from "./recorder";
import type { PassInfo } from "./pass";

/**
 * 1: names and times. 2: also each changed module. 3: also unchanged modules. 4: also each rewrite
 * rule that was applied.
 */
export type DebugLevel = 1 | 2 | 3 | 4;

/** Calls `write` with a line (or a module) for each pass that finishes. */
export class PassPrinter implements PassInstrument {
  readonly name = "printer";
  private readonly recorder = new PassRecorder();

  constructor(
    private readonly level: DebugLevel,
    private readonly write: (text: string) => void,
  ) {}

  enterPassContext(): void {
    this.recorder.enterPassContext();
  }

  runBeforePass(module: IRModule, pass: PassInfo): void {
    this.recorder.runBeforePass(module, pass);
  }

  runAfterPass(module: IRModule, pass: PassInfo): void {
    this.recorder.runAfterPass(module, pass);
    const record = this.recorder.records[this.recorder.records.length - 1]!;
    this.write(summary(record));
    if (this.level >= 3 || (this.level === 2 && record.changed)) {
      this.write(printModule(module).text);
    }
  }

  ruleApplied(rule: string, before: PrimExpr, after: PrimExpr): void {
    if (this.level < 4) return;
    this.write(`      ${rule}: ${printExpr(before)}  =>  ${printExpr(after)}\n`);
  }
}

function summary(record: PassRecord): string {
  const mark = record.changed ? "*" : " ";
  const time = record.time.toFixed(3).padStart(9);
  return `${time} ms ${mark} ${"  ".repeat(record.depth)}${record.name}\n`;
}
