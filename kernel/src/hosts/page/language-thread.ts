/** The worker in which the language works. */

import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";
import { assetUrl } from "./page-services";

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  const worker = new Worker(assetUrl("language-worker.js", { folder }), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<LanguageAnswer>) => receive(data));
  worker.addEventListener("error", ({ message }) => failed(new Error(message)));
  return {
    ask: (question: LanguageQuestion) => worker.postMessage(question),
    stop: async () => worker.terminate(),
  };
}
