/**
 * The process in which the language works: answers the kernel's questions in the order they come.
 *
 * Loading the compiler and the types of the libraries takes most of the kernel's start. So the process usually begins
 * as a snapshot of one that has done both (`language-snapshot.ts`).
 */

import { startupSnapshot } from "node:v8";
import { serveLanguage } from "../../language/serve";
import { warmUp } from "../../language/warm-up";

function serve(): void {
  const answer = serveLanguage(process.cwd(), (message) => process.send!(message));
  process.on("message", answer);
  process.on("disconnect", () => process.exit());
  // A terminal sends it to every process; the kernel decides what it means.
  process.on("SIGINT", () => undefined);
}

if (startupSnapshot.isBuildingSnapshot()) {
  warmUp(process.cwd());
  startupSnapshot.setDeserializeMainFunction(serve);
} else {
  serve();
}
