/**
 * The members that tslab's converter expects of its own fork of TypeScript, implemented with the stock
 * compiler.
 *
 * The fork's switch `disableTopLevelAwait` is not needed: a cell is a module, in which the stock
 * compiler allows `await` at the top.
 */

import type * as ts from "typescript";

/** Members that the stock compiler has at run time and does not declare. */
interface Internals {
  readonly nullTransformationContext: ts.TransformationContext;
  readonly Completions: {
    getCompletionsAtPosition(...args: unknown[]): ts.CompletionInfo | undefined;
  };
  readonly SymbolDisplay: {
    getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker: ts.TypeChecker,
      symbol: ts.Symbol,
      file: ts.SourceFile,
      enclosing: ts.Node | undefined,
      location: ts.Node,
    ): {
      symbolKind: ts.ScriptElementKind;
      displayParts: ts.SymbolDisplayPart[];
      documentation: ts.SymbolDisplayPart[];
      tags: ts.JSDocTagInfo[] | undefined;
    };
    getSymbolModifiers(checker: ts.TypeChecker, symbol: ts.Symbol): string;
  };
  getTouchingPropertyName(file: ts.SourceFile, position: number): ts.Node;
  getContainerNode(node: ts.Node): ts.Node | undefined;
  getContainingObjectLiteralElement(node: ts.Node): ts.Node | undefined;
  getPropertySymbolsFromContextualType(
    element: ts.Node,
    checker: ts.TypeChecker,
    contextual: ts.Type,
    unionSymbolOk: boolean,
  ): readonly ts.Symbol[];
  typeToDisplayParts(
    checker: ts.TypeChecker,
    type: ts.Type,
    enclosing: ts.Node | undefined,
  ): ts.SymbolDisplayPart[];
}

/** Completions at a place, and the signatures of functions. */
export interface SignedCompletions extends ts.CompletionInfo {
  /** `(shape: ShapeLike, options?: PlaceholderOptions): Tensor`; undefined for other values. */
  signatureOf(name: string): string | undefined;
}

function signatures(
  compiler: typeof ts,
  program: ts.Program,
  file: ts.SourceFile,
  { entries }: ts.CompletionInfo,
): SignedCompletions["signatureOf"] {
  const checker = program.getTypeChecker();
  const symbols = new Map(entries.map(({ name, symbol }) => [name, symbol]));
  return (name) => {
    const found = symbols.get(name);
    if (found === undefined) return undefined;
    const isAlias = (found.flags & compiler.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(found) : found;
    if ((symbol.flags & compiler.SymbolFlags.Value) === 0) return undefined;
    const type = checker.getTypeOfSymbolAtLocation(symbol, file);
    const [signature] = [...type.getCallSignatures(), ...type.getConstructSignatures()];
    return signature && checker.signatureToString(signature, file);
  };
}

export function forkMembers(compiler: typeof ts) {
  const internals = compiler as typeof ts & Internals;
  return {
    Completions: {
      ...internals.Completions,
      getCompletionsAtPositionForTslab: (
        _host: unknown,
        program: ts.Program,
        ...args: unknown[]
      ): SignedCompletions | undefined => {
        const host = fileHost(compiler, program);
        // Without formatting, with each entry's symbol.
        const all = [host, program, ...args, undefined, true];
        const found = internals.Completions.getCompletionsAtPosition(...all);
        const file = args[1] as ts.SourceFile;
        return found && { ...found, signatureOf: signatures(compiler, program, file, found) };
      },
    },
    getDefaultTypeRoots: () => undefined,
    getNullTransformationContext: () => internals.nullTransformationContext,
    getPreEmitDiagnosticsOfFiles: (program: ts.Program, files: readonly ts.SourceFile[]) =>
      diagnosticsOf(compiler, program, files),
    getQuickInfoAtPosition: (
      file: ts.SourceFile,
      checker: ts.TypeChecker,
      _cancellation: unknown,
      position: number,
    ) => quickInfo(internals, file, checker, position),
  };
}

/** The file operations for completion of paths. */
function fileHost(compiler: typeof ts, program: ts.Program): object {
  const { sys } = compiler;
  return {
    getCompilationSettings: () => program.getCompilerOptions(),
    getCurrentDirectory: () => sys.getCurrentDirectory(),
    useCaseSensitiveFileNames: () => true,
    fileExists: (path: string) => sys.fileExists(path),
    readFile: (path: string) => sys.readFile(path),
    directoryExists: (path: string) => sys.directoryExists(path),
    getDirectories: (path: string) => sys.getDirectories(path),
    readDirectory: (...args: Parameters<ts.System["readDirectory"]>) => sys.readDirectory(...args),
  };
}

function diagnosticsOf(
  compiler: typeof ts,
  program: ts.Program,
  files: readonly ts.SourceFile[],
): readonly ts.Diagnostic[] {
  return compiler.sortAndDeduplicateDiagnostics([
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ]),
  ]);
}

/** The information that an editor shows about the name at a position. */
function quickInfo(
  compiler: typeof ts & Internals,
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  position: number,
): ts.QuickInfo | undefined {
  const touched = compiler.getTouchingPropertyName(file, position);
  if (touched === file) return undefined;
  const node = namedBy(compiler, touched);
  const symbol = symbolAt(compiler, checker, node);
  const textSpan = { start: node.getStart(file), length: node.end - node.getStart(file) };
  const container = compiler.getContainerNode(node);
  if (symbol === undefined) {
    if (!mayHaveType(compiler, node)) return undefined;
    const type = checker.getTypeAtLocation(node);
    return {
      kind: compiler.ScriptElementKind.unknown,
      kindModifiers: "",
      textSpan,
      displayParts: compiler.typeToDisplayParts(checker, type, container),
      ...(type.symbol !== undefined && {
        documentation: type.symbol.getDocumentationComment(checker),
        tags: type.symbol.getJsDocTags(checker),
      }),
    };
  }
  const { symbolKind, tags, ...shown } =
    compiler.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker,
      symbol,
      file,
      container,
      node,
    );
  return {
    kind: symbolKind,
    kindModifiers: compiler.SymbolDisplay.getSymbolModifiers(checker, symbol),
    textSpan,
    ...shown,
    ...(tags !== undefined && { tags }),
  };
}

/** For `new`, the constructed type. */
function namedBy(compiler: typeof ts, node: ts.Node): ts.Node {
  const { parent } = node;
  const isNew = compiler.isNewExpression(parent) && node.pos === parent.pos;
  return isNew ? parent.expression : node;
}

/** The symbol of a name; for a property in an object literal, that of the expected type. */
function symbolAt(
  compiler: typeof ts & Internals,
  checker: ts.TypeChecker,
  node: ts.Node,
): ts.Symbol | undefined {
  const element = compiler.getContainingObjectLiteralElement(node);
  const object = element?.parent;
  if (element !== undefined && object !== undefined && compiler.isObjectLiteralExpression(object)) {
    const expected = checker.getContextualType(object);
    const [property] =
      expected === undefined
        ? []
        : compiler.getPropertySymbolsFromContextualType(element, checker, expected, false);
    if (property !== undefined) return property;
  }
  const symbol = checker.getSymbolAtLocation(node);
  return symbol === undefined || checker.isUnknownSymbol(symbol) ? undefined : symbol;
}

/** Names and `this`, which can have a type without a symbol. */
function mayHaveType(compiler: typeof ts, { kind }: ts.Node): boolean {
  const { SyntaxKind } = compiler;
  return [SyntaxKind.Identifier, SyntaxKind.ThisKeyword, SyntaxKind.SuperKeyword].includes(kind);
}
