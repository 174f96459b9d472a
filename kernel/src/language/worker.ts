/** The language worker's thread: answers the kernel's questions in the order they come. */

import { parentPort } from "node:worker_threads";
import { Language } from "./language";
import type { LanguageService } from "./messages";

export type LanguageQuestion = {
  [Method in keyof LanguageService]: {
    readonly id: number;
    readonly method: Method;
    readonly args: Parameters<LanguageService[Method]>;
  };
}[keyof LanguageService];

export type LanguageAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly problems: readonly string[] };

const port = parentPort!;
const language = new Language(process.cwd());
port.postMessage({ problems: language.problems } satisfies LanguageAnswer);
port.on("message", ({ id, method, args }: LanguageQuestion) => {
  try {
    const answer = language[method] as (...args: unknown[]) => unknown;
    port.postMessage({ id, value: answer.apply(language, args) } satisfies LanguageAnswer);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    port.postMessage({ id, error: text } satisfies LanguageAnswer);
  }
});
