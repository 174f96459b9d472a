/** Runs cells, one at a time, and reports how each ends. */

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
  /** Ends the current cell; `undefined` if none is running. */
  private finish: ((outcome: Outcome) => void) | undefined;
  /** The name of the variable for the value of the current or last cell. */
  private resultName: string | undefined;

  constructor(
    private readonly modules: Modules,
    private readonly displays: Displays,
    private readonly done: (outcome: Outcome) => void,
  ) {}

  /** The variables of cells, without the value of the running cell. */
  get variables(): ReadonlyMap<string, unknown> {
    const variables = new Map(this.session.variables);
    if (this.resultName !== undefined) variables.delete(this.resultName);
    return variables;
  }

  /** Restores variables of a session that was ended. */
  restore(copy: SessionCopy): void {
    this.session.restore(copy);
  }

  /** Runs a cell; calls `done` exactly once with how it ended. */
  run(cell: CompiledCell, interrupts: Interrupts): void {
    this.finish = (outcome) => {
      this.done(outcome);
      this.finish = undefined;
    };
    const { finish } = this;
    const settle = (outcome: Outcome): void => {
      // An interrupted cell can continue in the background; its end is ignored.
      if (this.finish === finish) finish(outcome);
    };
    this.evaluate(cell, interrupts).then(settle, (error: unknown) =>
      settle({ status: "error", error: reportError(error) }),
    );
  }

  /** Ends the current cell with an error; `false` if none is running. */
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
    await this.displays.waitForOutputs();
    // Node reports unhandled rejections before the next turn of the event loop; until then they belong to the
    // cell.
    await nextTurn();
    return { status: "ok", result };
  }
}
