/** The libraries that every cell can import without installation. */

export const libraryNames = ["tvm-ts", "vta-ts"] as const;

export interface Library {
  readonly name: string;
  /** Its folder with links resolved; in a page, its address in traces. */
  readonly root: string;
  /** The file with the types that it exports. */
  readonly types: string;
  /** The file with all types, which that file references. */
  readonly declarations: string;
}

/** Whether `specifier` names one of the libraries, or a file of one. */
export function isLibrary(specifier: string): boolean {
  return libraryNames.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}
