/** The kernel's end of the language process. */

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";
import { languageProgram, makeSnapshot, snapshotFile } from "./language-snapshot";

/** Milliseconds after the start to make the snapshot for the next start. */
const SNAPSHOT_DELAY_MS = 20_000;

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  const snapshot = snapshotFile();
  /** The requests before the first answer, to repeat in a second process if the first cannot start. */
  let asked: LanguageQuestion[] | undefined = [];
  let child = start(existsSync(snapshot) ? ["--snapshot-blob", snapshot] : []);

  function start(snapshotOptions: readonly string[]): ChildProcess {
    if (snapshotOptions.length === 0) setTimeout(makeSnapshot, SNAPSHOT_DELAY_MS).unref();
    const started = spawn(process.execPath, [...snapshotOptions, languageProgram], {
      cwd: folder,
      stdio: ["ignore", "inherit", snapshotOptions.length > 0 ? "ignore" : "inherit", "ipc"],
      serialization: "advanced",
    });
    started.on("message", (answer) => {
      asked = undefined;
      receive(answer as LanguageAnswer);
    });
    started.once("error", failed);
    started.once("exit", (code, signal) => {
      if (started !== child || stopped) return;
      // Node rejects a snapshot that was made with other options.
      if (asked !== undefined && snapshotOptions.length > 0) {
        child = start([]);
        for (const question of asked) child.send(question);
      } else {
        failed(new Error(`the compiler's process ended (${signal ?? `code ${code}`})`));
      }
    });
    return started;
  }

  let stopped = false;
  return {
    post: (question: LanguageQuestion) => {
      asked?.push(question);
      child.send(question);
    },
    stop: async () => {
      stopped = true;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode !== null || child.signalCode !== null || !child.kill("SIGKILL")) return;
      await ended;
    },
  };
}
