/** Files whose frames traces leave out, by address: the evaluator's and the libraries'. */

import { libraryNames, type Library } from "../../library-names";

const here = new URL(".", self.location.href).href;

export const libraries: readonly Library[] = libraryNames.map((name) => ({
  name,
  root: `${here}${name}`,
  types: "",
  declarations: "",
}));

/** Whether a file is the evaluator's. */
export function isHostFile(file: string): boolean {
  return file.startsWith(`${here}evaluator-worker`) || file.startsWith("native ");
}
