/** The evaluator's worker; the kernel's page starts it. */

import { startEvaluator } from "../../evaluator/main";

startEvaluator();
