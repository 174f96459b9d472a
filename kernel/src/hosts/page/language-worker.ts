/** The language's worker: answers the kernel's questions in the order they come. */

import { serveLanguage } from "../../language/serve";
import type { LanguageQuestion } from "../../language/messages";
import { notebookPath } from "./drive";
import { files } from "./language";

const waiting: LanguageQuestion[] = [];
let answer = (question: LanguageQuestion): void => void waiting.push(question);
self.addEventListener("message", ({ data }: MessageEvent<LanguageQuestion>) => answer(data));

async function start(): Promise<void> {
  const response = await fetch(new URL("types.json", self.location.href));
  const types = (await response.json()) as Record<string, string>;
  for (const [path, text] of Object.entries(types)) files.set(path, text);
  answer = serveLanguage(notebookPath, (message) => self.postMessage(message));
  for (const question of waiting.splice(0)) answer(question);
}

void start();
