/**
 * The language process: answers the kernel's requests in order.
 *
 * Loading the compiler and the types of the libraries takes most of the kernel's start. So the process
 * usually starts from a snapshot that contains both (`language-snapshot.ts`).
 */

import { startupSnapshot } from "node:v8";
import { serveLanguage } from "../../language/serve";
import { warmUp } from "../../language/warm-up";

function serve(): void {
  const answer = serveLanguage(process.cwd(), (message) => process.send!(message));
  process.on("message", answer);
  process.on("disconnect", () => process.exit());
  // A terminal sends SIGINT to every process; the kernel handles it.
  process.on("SIGINT", () => undefined);
}

if (startupSnapshot.isBuildingSnapshot()) {
  warmUp(process.cwd());
  startupSnapshot.setDeserializeMainFunction(serve);
} else {
  serve();
}
