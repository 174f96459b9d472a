/** The language in its worker: answers the kernel's requests in order. */

import type { LanguageQuestion } from "../../language/messages";
import { serveLanguage } from "../../language/serve";
import { warmUp } from "../../language/warm-up";
import { notebookPath, setPlace } from "./drive";
import { files } from "./language";
import type { LanguageMessage } from "./language-thread";

export class LanguageOfPage {
  private answer: ((question: LanguageQuestion) => void) | undefined;

  /** @param types all files of types, by path */
  constructor(types: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(types)) files.set(path, text);
  }

  /** Reads the types and warms up the compiler before the first cell. */
  warmUp(): void {
    warmUp(notebookPath());
  }

  receive(message: LanguageMessage): void {
    if ("place" in message) {
      setPlace(message.place);
      this.answer = serveLanguage(notebookPath(), (each) => self.postMessage(each));
    } else {
      this.answer!(message);
    }
  }
}
