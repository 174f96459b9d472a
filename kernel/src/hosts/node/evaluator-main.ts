/** The evaluator as a process; the kernel starts it. */

import * as nodeModule from "node:module";
import { startEvaluator } from "../../evaluator/main";

/** Node.js 22.1 and later have a compile cache. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => void };
enableCompileCache?.();
startEvaluator();
