/** The evaluator as a worker; the kernel's page starts it. */

import { startEvaluator } from "../../evaluator/main";

startEvaluator();
