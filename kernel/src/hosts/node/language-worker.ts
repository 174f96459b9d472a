/** The language worker's thread: answers the kernel's questions in the order they come. */

import { parentPort, workerData } from "node:worker_threads";
import { serveLanguage } from "../../language/serve";

const port = parentPort!;
const answer = serveLanguage(workerData as string, (message) => port.postMessage(message));
port.on("message", answer);
