/** Where the libraries' types are in the file map of a page. */

import { libraryNames, type Library } from "../../library-names";

export const libraries: readonly Library[] = libraryNames.map((name) => ({
  name,
  root: `/node_modules/${name}`,
  types: `/node_modules/${name}/dist/library.d.ts`,
  declarations: `/node_modules/${name}/dist/declarations.d.ts`,
}));
