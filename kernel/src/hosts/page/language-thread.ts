/** The kernel's end of the language worker. */

import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";
import { assetUrl, placeQuery } from "./page-services";

/** Messages of the page to the worker: first the notebook's folder, then requests. */
export type LanguageMessage = { readonly place: string } | LanguageQuestion;

/** A started worker without a notebook. */
let prestartedWorker: Worker | undefined;

/** Starts a worker before the first notebook, which loads the compiler while the page opens. */
export function prepareLanguage(): void {
  prestartedWorker ??= new Worker(assetUrl("language-worker.js"), { type: "module" });
}

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  prepareLanguage();
  const worker = prestartedWorker!;
  prestartedWorker = undefined;
  worker.addEventListener("message", ({ data }: MessageEvent<LanguageAnswer>) => receive(data));
  worker.addEventListener("error", ({ message }) => failed(new Error(message)));
  const send = (message: LanguageMessage): void => worker.postMessage(message);
  send({ place: placeQuery({ folder }) });
  return {
    post: send,
    stop: async () => worker.terminate(),
  };
}
