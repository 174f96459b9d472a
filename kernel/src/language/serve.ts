/** The language's end of its connection to the kernel. */

import { Language } from "./language";
import type { LanguageAnswer, LanguageQuestion } from "./messages";

/** Starts the language for a notebook in `folder`; returns the handler of requests. */
export function serveLanguage(
  folder: string,
  send: (answer: LanguageAnswer) => void,
): (question: LanguageQuestion) => void {
  const language = new Language(folder);
  send({ problems: language.problems });
  return ({ id, method, args }) => {
    try {
      const answer = language[method] as (...args: unknown[]) => unknown;
      send({ id, value: answer.apply(language, args) });
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send({ id, error: text });
    }
  };
}
