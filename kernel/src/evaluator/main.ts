/**
 * The evaluator: the process that runs cells.
 *
 * It is separate from the kernel's process, so that the kernel answers while a cell computes and survives a
 * crash. The evaluator contains the session's variables; they last as long as the process.
 */

import { onCommand, report } from "../hosts/node/evaluator-channel";
import { isNativeError } from "../hosts/node/inspect";
import { Modules } from "../hosts/node/modules";
import {
  exit,
  notebookFolder,
  onExit,
  onFailure,
  redirectOutput,
  repairAfterInterrupt,
} from "../hosts/node/process-events";
import { copySession, onRestore } from "../hosts/node/session-copy";
import { nextTurn } from "../hosts/node/turns";
import { CommManager } from "./comms";
import { Dialogs } from "./dialogs";
import { Displays, textHelper } from "./display";
import { reportError } from "./errors";
import { Interrupted, Interrupts } from "./interrupts";
import type { Command } from "./messages";
import { createProgress } from "./progress";
import { Runner } from "./runner";
import { installStackTraces, mapSources } from "./stack";

export function startEvaluator(): void {
  installStackTraces();
  redirectOutput(report);

  const displays = new Displays();
  const interrupts = new Interrupts((reason) => {
    modules.dropUnfinished();
    runner.fail(reason);
    repairAfterInterrupt();
  });
  const modules = new Modules(notebookFolder(), interrupts.stopIfInterrupted);
  const comms = new CommManager();
  const dialogs = new Dialogs();
  const runner = new Runner(modules, displays, (outcome) => {
    copySession(runner.variables);
    report({ kind: "done", outcome });
  });
  onRestore((copy) => runner.restore(copy));

  Object.assign(globalThis, {
    display: displays.display,
    html: textHelper("text/html"),
    md: textHelper("text/markdown"),
    svg: textHelper("image/svg+xml"),
    latex: textHelper("text/latex", (text) => (text.includes("$") ? text : `$${text}$`)),
    progress: createProgress(displays.display),
    prompt: dialogs.prompt,
    confirm: dialogs.confirm,
    jupyter: {
      comm: comms,
      registerFormatter: displays.registerFormatter.bind(displays),
      variables: () => runner.variables,
      clearOutput: ({ wait = false } = {}) => report({ kind: "clear", wait }),
    },
  });

  onFailure((error) => {
    // Other thrown values are not inspected: a second error here would end the process.
    const ours = isNativeError(error) && error instanceof Interrupted;
    if (ours || runner.fail(error)) return;
    report({ kind: "failure", error: reportError(error) });
  });
  onExit((code) => report({ kind: "exiting", code }));

  const handle = (command: Command): void => {
    switch (command.kind) {
      case "run":
        dialogs.allowed = command.allowStdin;
        runner.run(command.cell, interrupts);
        return;
      case "modules":
        mapSources(command.modules);
        modules.add(command.modules);
        return;
      case "comm":
        // A front end can open a comm before the libraries have registered their targets.
        void modules.loadLibraries().then(() => comms.receive(command.packet));
        return;
      case "exit":
        exit();
    }
  };
  onCommand(handle);
  report({ kind: "ready" });
  void nextTurn().then(() => interrupts.held(() => modules.loadLibraries()));
}
