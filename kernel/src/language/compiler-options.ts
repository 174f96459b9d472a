/**
 * Compiler options of cells: strict, with Node's types and the bundled libraries, overridden by the
 * `compilerOptions` of a tsconfig.json in the notebook's folder.
 */

import type * as ts from "typescript";
import { join } from "node:path";
import { ambient, typeRoots } from "../hosts/node/language";
import { libraries } from "../hosts/node/libraries";

/** Options that the conversion of cells depends on; a tsconfig.json cannot change these. */
const reserved = [
  "allowJs",
  "alwaysStrict",
  "composite",
  "declaration",
  "declarationDir",
  "declarationMap",
  "disableTopLevelAwait",
  "emitDeclarationOnly",
  "esModuleInterop",
  "importsNotUsedAsValues",
  "incremental",
  "inlineSourceMap",
  "inlineSources",
  "isolatedModules",
  "mapRoot",
  "module",
  "moduleDetection",
  "moduleResolution",
  "newLine",
  "noEmit",
  "noEmitOnError",
  "noImplicitUseStrict",
  "outDir",
  "outFile",
  "preserveValueImports",
  "project",
  "rootDir",
  "rootDirs",
  "skipLibCheck",
  "sourceMap",
  "sourceRoot",
  "stripInternal",
  "tsBuildInfoFile",
  "verbatimModuleSyntax",
];

/** The tsconfig.json in a notebook's folder. */
export interface Configuration {
  readonly options: ts.CompilerOptions;
  /** Its errors, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * The options for cells.
 *
 * @param hasAllTypes whether Node's types are included
 * @param configured options of the notebook's tsconfig.json
 */
export function cellOptions(
  compiler: typeof ts,
  folder: string,
  hasAllTypes: boolean,
  configured: ts.CompilerOptions = {},
): ts.CompilerOptions {
  return {
    strict: true,
    checkJs: false,
    // Syntax that the host does not support yet is compiled to older syntax, see emit.ts.
    target: compiler.ScriptTarget.ESNext,
    lib: ["lib.esnext.d.ts"],
    experimentalDecorators: false,
    types: [...ambient(hasAllTypes).packages],
    typeRoots: typeRoots(folder),
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    inlineSourceMap: true,
    ...configured,
    paths: { ...configured.paths, ...libraryPaths() },
  };
}

function libraryPaths(): Record<string, string[]> {
  const paths: Record<string, string[]> = {};
  for (const { name, root, types } of libraries) {
    paths[name] = [types];
    paths[`${name}/*`] = [`${root}/*`];
  }
  return paths;
}

/** Reads the tsconfig.json in `folder`; undefined if there is none. */
export function readConfiguration(compiler: typeof ts, folder: string): Configuration | undefined {
  const path = join(folder, "tsconfig.json");
  if (!compiler.sys.fileExists(path)) return undefined;
  const { config, error } = compiler.readConfigFile(path, compiler.sys.readFile) as {
    config?: unknown;
    error?: ts.Diagnostic;
  };
  if (error !== undefined) return { options: {}, problems: [sentence(compiler, path, error)] };
  // Only the options are read, not the list of files.
  const host: ts.ParseConfigHost = { ...compiler.sys, readDirectory: () => [] };
  const parsed = compiler.parseJsonConfigFileContent(config, host, folder);
  const options = Object.fromEntries(
    Object.entries(parsed.options).filter(([name]) => !reserved.includes(name)),
  );
  delete options["configFilePath"];
  const problems = parsed.errors
    .filter((problem) => problem.code !== NO_INPUTS_FOUND)
    .map((problem) => sentence(compiler, path, problem));
  return { options, problems };
}

const NO_INPUTS_FOUND = 18003;

function sentence(compiler: typeof ts, path: string, diagnostic: ts.Diagnostic): string {
  return `${path}: ${compiler.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`;
}
