/** Questions to the user, asked through the front end; the cell waits for the answer. */

import { awaitAnswer, report } from "../hosts/node/evaluator-channel";
import { Interrupted } from "./interrupts";

export class Dialogs {
  /** Whether the front end of the current cell supports input. */
  allowed = false;

  readonly prompt = (message = "", defaultValue?: string): string | null => {
    const text = this.requestInput(message === "" ? "" : `${message} `);
    if (text !== "") return text;
    return defaultValue ?? null;
  };

  readonly confirm = (message = ""): boolean =>
    /^\s*y(es)?\s*$/i.test(this.requestInput(`${message} [y/N] `.trimStart()));

  private requestInput(prompt: string): string {
    if (!this.allowed) {
      throw new Error(
        "prompt() and confirm() need a front end with input; the front end of this cell has none",
      );
    }
    report({ kind: "ask", prompt });
    const { text } = awaitAnswer();
    if (text === undefined) throw new Interrupted();
    return text;
  }
}
