/** Runs cells, one at a time, and settles how each one ended. */

import type { Modules } from "../hosts/node/modules";
import type { SessionCopy } from "../hosts/node/session-copy";
import { evaluateScript } from "../hosts/node/script";
import { nextTurn } from "../hosts/node/turns";
import type { CompiledCell } from "../language";
import { tested } from "./conditions";
import type { Displays } from "./display";
import { reportError } from "./errors";
import type { Interrupts } from "./interrupts";
import type { Outcome } from "./messages";
import { Session } from "./session";
import { mapSources } from "./stack";

type CellFunction = (...args: unknown[]) => Promise<void>;

export class Runner {
  private readonly session = new Session();
  /** Ends the current cell; `undefined` when none is running. */
  private finish: ((outcome: Outcome) => void) | undefined;
  /** Where the current cell, or the last one, leaves its value. */
  private resultName: string | undefined;

  constructor(
    private readonly modules: Modules,
    private readonly displays: Displays,
    private readonly done: (outcome: Outcome) => void,
  ) {}

  /** What cells have declared, the value of the cell that runs left aside. */
  get variables(): ReadonlyMap<string, unknown> {
    const variables = new Map(this.session.variables);
    if (this.resultName !== undefined) variables.delete(this.resultName);
    return variables;
  }

  /** Begins with the variables of a session that had to be ended. */
  restore(copy: SessionCopy): void {
    this.session.restore(copy);
  }

  /** Runs a cell; how it ended goes to `done`, once, whatever the cell does. */
  run(cell: CompiledCell, interrupts: Interrupts): void {
    this.finish = (outcome) => {
      this.done(outcome);
      this.finish = undefined;
    };
    const { finish } = this;
    const settle = (outcome: Outcome): void => {
      // An interrupted cell may go on behind the scenes; its end is no longer of interest.
      if (this.finish === finish) finish(outcome);
    };
    this.evaluate(cell, interrupts).then(settle, (error: unknown) =>
      settle({ status: "error", error: reportError(error) }),
    );
  }

  /** Ends the current cell by an error; `false` if none is running. */
  fail(error: unknown): boolean {
    const running = this.finish !== undefined;
    this.finish?.({ status: "error", error: reportError(error) });
    return running;
  }

  private async evaluate(cell: CompiledCell, interrupts: Interrupts): Promise<Outcome> {
    mapSources([cell]);
    this.resultName = cell.resultName;
    this.displays.begin();
    interrupts.begin();
    await interrupts.awaited(interrupts.held(() => this.modules.load(cell)));
    await interrupts.awaited(this.modules.prepare(cell));
    const { require, filename, folder } = this.modules;
    const body = evaluateScript(cell.code, cell.name) as CellFunction;
    const { exports, bind } = this.session;
    const { awaited, each, stopIfInterrupted } = interrupts;
    await body(exports, require, filename, folder, bind, awaited, each, tested, stopIfInterrupted);
    const value = cell.resultName === undefined ? undefined : this.session.take(cell.resultName);
    const result = await this.displays.result(value);
    await this.displays.settle();
    // Node reports rejections that were not handled before the next turn of the event loop; until then
    // they are the cell's.
    await nextTurn();
    return { status: "ok", result };
  }
}
