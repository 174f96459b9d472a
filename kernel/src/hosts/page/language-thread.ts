/** The kernel's end of the language worker. */

import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";
import { assetUrl, placeQuery } from "./page-services";

/** Messages of the page to the worker: first the notebook's folder, then requests. */
export type LanguageMessage = { readonly place: string } | LanguageQuestion;

declare global {
  /** A worker without a notebook: the page's HTML starts it, so that the compiler loads while the page opens. */
  var tvmVtaLanguage: { readonly address: string; readonly worker: Worker } | undefined;
}

/** Takes the worker that the page's HTML started, if it is of this version, or starts one. */
function takeWorker(): Worker {
  const address = assetUrl("language-worker.js");
  const started = globalThis.tvmVtaLanguage;
  globalThis.tvmVtaLanguage = undefined;
  if (started?.address === address) return started.worker;
  started?.worker.terminate();
  return new Worker(address, { type: "module" });
}

const ADVICE = "check the connection and run the cell again";

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  const worker = takeWorker();
  worker.addEventListener("message", ({ data }: MessageEvent<LanguageAnswer>) => receive(data));
  worker.addEventListener("error", ({ message }: Partial<ErrorEvent>) => {
    worker.terminate();
    const reason = message === undefined ? "" : ` (${message.replace(/^Uncaught /, "")})`;
    failed(new Error(`the compiler's worker failed${reason}; ${ADVICE}`));
  });
  const send = (message: LanguageMessage): void => worker.postMessage(message);
  send({ place: placeQuery({ folder }) });
  return {
    post: send,
    stop: async () => worker.terminate(),
  };
}
