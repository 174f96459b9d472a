/** The kernel's end of the language worker. */

import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";
import { assetUrl, placeQuery } from "./page-services";

/** Messages of the page to the worker: first the notebook's folder, then requests. */
export type LanguageMessage = { readonly place: string } | LanguageQuestion;

declare global {
  /** A worker without a notebook: the page's HTML starts it, so that the compiler loads while the page opens. */
  var tvmVtaLanguage: Worker | undefined;
}

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  const started = globalThis.tvmVtaLanguage;
  const worker = started ?? new Worker(assetUrl("language-worker.js"), { type: "module" });
  globalThis.tvmVtaLanguage = undefined;
  worker.addEventListener("message", ({ data }: MessageEvent<LanguageAnswer>) => receive(data));
  worker.addEventListener("error", ({ message }) => failed(new Error(message)));
  const send = (message: LanguageMessage): void => worker.postMessage(message);
  send({ place: placeQuery({ folder }) });
  return {
    post: send,
    stop: async () => worker.terminate(),
  };
}
