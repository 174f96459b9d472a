/** The thread in which the language works. */

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { LanguageAnswer, LanguageQuestion, LanguageThread } from "../../language";

export function startLanguageThread(
  folder: string,
  receive: (answer: LanguageAnswer) => void,
  failed: (error: Error) => void,
): LanguageThread {
  const worker = new Worker(join(__dirname, "language-worker.js"), { workerData: folder });
  worker.on("message", receive);
  worker.on("error", failed);
  return {
    ask: (question: LanguageQuestion) => worker.postMessage(question),
    stop: async () => {
      await worker.terminate();
    },
  };
}
