/**
 * The evaluator: the process in which cells run.
 *
 * It is apart from the one that talks to Jupyter so that this one answers while a cell computes and
 * survives whatever a cell does. Here are the session's variables; they last as long as the process.
 */

import { isNativeError } from "node:util/types";
import { onCommand, report } from "./channel";
import { CommManager } from "./comms";
import { Dialogs } from "./dialogs";
import { Displays, textHelper } from "./display";
import { reportError } from "./errors";
import { Interrupted, Interrupts } from "./interrupts";
import type { Command } from "./messages";
import { Modules } from "./modules";
import { createProgress } from "./progress";
import { Runner } from "./runner";
import { installStackTraces, mapSources } from "./stack";

/** Thrown on purpose, see below. */
const unwound = new Error("unwound");

function start(): void {
  installStackTraces();
  redirectOutput("stdout");
  redirectOutput("stderr");

  const modules = new Modules(process.cwd());
  const displays = new Displays();
  const comms = new CommManager();
  const dialogs = new Dialogs();
  const runner = new Runner(modules, displays, (outcome) => report({ kind: "done", outcome }));
  const interrupts = new Interrupts((reason) => {
    modules.forgetUnfinished();
    runner.fail(reason);
    // What was terminated left its entries on Node's stack of asynchronous contexts; an exception
    // that reaches the event loop makes Node clear it.
    setImmediate(() => {
      throw unwound;
    });
  });

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

  const fail = (error: unknown): void => {
    // Whatever else is thrown must not be touched: a second error here would end the process.
    const ours = isNativeError(error) && (error === unwound || error instanceof Interrupted);
    if (ours || runner.fail(error)) return;
    report({ kind: "failure", error: reportError(error) });
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  // A terminal sends this to every process; the kernel decides what it means.
  process.on("SIGINT", () => undefined);
  process.on("exit", (code) => report({ kind: "exiting", code }));

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
        // The front end may be faster than the libraries, which register targets, too.
        void modules.loadLibraries().then(() => comms.receive(command.packet));
        return;
      case "exit":
        process.exit();
    }
  };
  onCommand(handle);
  report({ kind: "ready" });
  setImmediate(() => void modules.loadLibraries().then(() => interrupts.release()));
}

/** Sends what is written to a standard stream to the kernel, in order with everything else. */
function redirectOutput(name: "stdout" | "stderr"): void {
  const decoder = new TextDecoder();
  process[name].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean => {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text !== "") report({ kind: "stream", name, text });
    const written = typeof encoding === "function" ? encoding : callback;
    if (written !== undefined) process.nextTick(written);
    return true;
  };
}

start();
