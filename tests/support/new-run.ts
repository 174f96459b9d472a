/** Vitest runs it before the first file of a run. */

import { forgetSteps } from "./jupyter-env";

export default forgetSteps;
