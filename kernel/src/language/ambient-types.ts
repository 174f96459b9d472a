/** Declarations that cells can use without an import. */
export interface AmbientTypes {
  /** Files of declarations. */
  readonly files: readonly string[];
  /** Packages below `@types`. */
  readonly packages: readonly string[];
}
