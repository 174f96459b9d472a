/** The worker in which the language works. */

import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";
import { assetUrl, placeQuery } from "./page-services";

/** What the page sends to the worker: once where the notebook is, then questions. */
export type LanguageMessage = { readonly place: string } | LanguageQuestion;

/** A worker that has no notebook yet. */
let spare: Worker | undefined;

/** Starts a worker ahead of the first notebook: it loads the compiler while the page opens. */
export function prepareLanguage(): void {
  spare ??= new Worker(assetUrl("language-worker.js"), { type: "module" });
}

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  prepareLanguage();
  const worker = spare!;
  spare = undefined;
  worker.addEventListener("message", ({ data }: MessageEvent<LanguageAnswer>) => receive(data));
  worker.addEventListener("error", ({ message }) => failed(new Error(message)));
  const send = (message: LanguageMessage): void => worker.postMessage(message);
  send({ place: placeQuery({ folder }) });
  return {
    post: send,
    stop: async () => worker.terminate(),
  };
}
