/** The evaluator as a process; the kernel starts it. */

import { startEvaluator } from "../../evaluator/main";

startEvaluator();
