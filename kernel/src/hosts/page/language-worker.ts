/**
 * The language worker. The page starts it before a notebook is opened, so that the compiler and the types are
 * loaded while the page opens; both are requested at once.
 */

import type { LanguageMessage } from "./language-thread";

const waiting: LanguageMessage[] = [];
let receive = (message: LanguageMessage): void => void waiting.push(message);
self.addEventListener("message", ({ data }: MessageEvent<LanguageMessage>) => receive(data));

async function start(): Promise<void> {
  const types = fetch(new URL("types.json", self.location.href));
  const { LanguageOfPage } = await import("./language-service");
  const language = new LanguageOfPage((await (await types).json()) as Record<string, string>);
  if (waiting.length === 0) language.warmUp();
  receive = (message) => language.receive(message);
  for (const message of waiting.splice(0)) receive(message);
}

/** The language did not start: the first request ends this worker, so that the next one starts another. */
function fail(reason: Error): void {
  receive = () => {
    receive = () => undefined;
    reportError(reason);
  };
  for (const message of waiting.splice(0)) receive(message);
}

void start().catch(fail);
