/** TypeScript's `System` over a map of files, and the drive. */

import type * as ts from "typescript";
import { hasDriveFile, hasDriveFolder, notebookPath, readDriveText } from "./drive";

/** The virtual folder of the compiler and its library types. */
const COMPILER = "/lib/typescript.js";

export function memorySystem(files: ReadonlyMap<string, string>): ts.System {
  const folders = foldersOf(files);
  return {
    args: [],
    newLine: "\n",
    useCaseSensitiveFileNames: true,
    write: () => undefined,
    readFile: (path) => files.get(path) ?? readDriveText(path),
    writeFile: () => undefined,
    resolvePath: (path) => path,
    fileExists: (path) => files.has(path) || (isOfDrive(path) && hasDriveFile(path)),
    directoryExists: (given) => {
      const path = given.replace(/\/$/, "");
      return folders().has(path) || (isOfDrive(path) && hasDriveFolder(path));
    },
    createDirectory: () => undefined,
    getExecutingFilePath: () => COMPILER,
    getCurrentDirectory: notebookPath,
    getDirectories: (path) => [
      ...new Set(
        [...folders()]
          .filter((folder) => folder.startsWith(`${path}/`))
          .map((folder) => folder.slice(path.length + 1).split("/")[0]!),
      ),
    ],
    readDirectory: (path) => [...files.keys()].filter((file) => file.startsWith(`${path}/`)),
    exit: () => undefined,
  };
}

/** Excludes the converter's private files, and packages, which a page does not have. */
function isOfDrive(path: string): boolean {
  return path.startsWith("/drive/") && !/node_modules|__(?:tslab|prev)__/.test(path);
}

/** The folders of all files; recomputed when files are added. */
function foldersOf(files: ReadonlyMap<string, string>): () => ReadonlySet<string> {
  let count = -1;
  let folders = new Set<string>();
  return () => {
    if (count === files.size) return folders;
    count = files.size;
    folders = new Set(["/drive"]);
    for (const path of files.keys()) {
      const parts = path.split("/");
      for (let depth = 1; depth < parts.length; depth++)
        folders.add(parts.slice(0, depth).join("/"));
    }
    return folders;
  };
}
