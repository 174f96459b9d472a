/** The extension's texts in the user's language. */

import type { TranslationBundle } from "@jupyterlab/translation";

/** The name of our catalogues in `jupyterlab_tvm_vta/locale`. */
export const domain = "jupyterlab_tvm_vta";

export type { TranslationBundle };
