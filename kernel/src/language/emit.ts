/**
 * The last step of compiling a cell: converts the converter's ES module to a function.
 *
 *     import { te } from "tvm-ts";                     const tvm_ts_1 = require("tvm-ts");
 *     const A = await f(exports.n);              →     const A = await awaited(f(exports.n));
 *     export const tsLastExpr = A;                     exports.tsLastExpr = A;
 *     export { te, A };                                function bindings() { return { ... } }
 *
 * The session's names are bound to the function's own variables and not copied: functions of the declaring
 * cell see assignments of later cells. `await` goes through the evaluator, so that an interrupt can end it.
 */

import { decodedMappings, TraceMap, traceSegment } from "@jridgewell/trace-mapping";
import type * as ts from "typescript";
import { loopsAskToStop } from "../hosts/node/language";
import { declaredNames } from "./declared-names";
import type { CompiledCell, CompiledSource, LineMap } from "./messages";
import { TEST } from "./operator-calls";
import { LineIndex, type RewrittenText } from "./rewritten-text";
import { STOP, stoppableLoops } from "./stoppable-loops";

/** The parameters of a cell's function, in order. */
const cellParameters = [
  "exports",
  "require",
  "__filename",
  "__dirname",
  "__bind__",
  "__await__",
  "__each__",
  TEST,
  STOP,
] as const;

const BINDINGS = "__bindings__";
/** A parameter of inserted code; a common name would hide the user's variable. */
const VALUE = "__value__";

/** Names of a cell's function, which the cell's code cannot declare. */
export const reservedNames: ReadonlySet<string> = new Set([...cellParameters, BINDINGS]);

/** Compiles a cell's ES module; `prefix` is the converter's text before the cell. */
export function emitCell(
  compiler: typeof ts,
  name: string,
  module: string,
  source: RewrittenText,
  original: string,
  prefix: string,
): Omit<CompiledCell, "resultName"> {
  const { code, map } = withoutMap(module);
  const { text, hasBindings } = bindExports(compiler, code);
  const compiled = toCommonJs(compiler, text, [
    interruptibleAwaits(compiler),
    dynamicImports(compiler),
    ...loopTransformers(compiler),
  ]);
  const bind = hasBindings ? `__bind__(${BINDINGS}());` : "";
  const head = `(async function (${cellParameters.join(", ")}) { "use strict"; ${bind}\n`;
  const lines = new LineIndex(prefix + source.text);
  const originalLines = new LineIndex(original);
  return {
    name,
    code: `${head}${compiled.code}\n})`,
    imports: requiredModules(compiled.code),
    map: lineMap(compiled.map, map, 1, (line, column) => {
      const offset = lines.offset(line, column) - prefix.length;
      return originalLines.position(source.toOriginal(Math.max(offset, 0)));
    }),
  };
}

/** Compiles the ES module of a file of the notebook's folder to a CommonJS module. */
export function emitModule(compiler: typeof ts, path: string, module: string): CompiledSource {
  const { code, map } = withoutMap(module);
  const compiled = toCommonJs(compiler, code, loopTransformers(compiler));
  return {
    name: path,
    code: compiled.code,
    map: lineMap(compiled.map, map, 0, (line, column) => ({ line, column })),
  };
}

/** Replaces the module's final `export { ... }` by a function that returns accessors for the names. */
function bindExports(compiler: typeof ts, code: string): { text: string; hasBindings: boolean } {
  const source = compiler.createSourceFile("cell.js", code, compiler.ScriptTarget.Latest);
  const list = source.statements.findLast(
    (statement): statement is ts.ExportDeclaration =>
      compiler.isExportDeclaration(statement) && statement.moduleSpecifier === undefined,
  );
  if (list?.exportClause === undefined || !compiler.isNamedExports(list.exportClause)) {
    return { text: code, hasBindings: false };
  }
  const fixed = fixedNames(compiler, source);
  const entries = list.exportClause.elements.map(({ name: { text: name } }) =>
    fixed.has(name)
      ? `${name}: [() => ${name}]`
      : `${name}: [() => ${name}, (${VALUE}) => { ${name} = ${VALUE}; }]`,
  );
  const bindings = `function ${BINDINGS}() { return { ${entries.join(", ")} }; }`;
  const text = code.slice(0, list.getStart(source)) + bindings + code.slice(list.getEnd());
  return { text, hasBindings: entries.length > 0 };
}

/** The top-level names that cannot be assigned to. */
function fixedNames(compiler: typeof ts, source: ts.SourceFile): Set<string> {
  const { Const, Using } = compiler.NodeFlags;
  const isFixed = (statement: ts.Statement): boolean =>
    compiler.isImportDeclaration(statement) ||
    (compiler.isVariableStatement(statement) &&
      (statement.declarationList.flags & (Const | Using)) !== 0);
  const fixed = source.statements.filter(isFixed);
  const names = fixed.flatMap((statement) => declaredNames(compiler, statement));
  return new Set(names.map(({ text }) => text));
}

type Transformer = ts.TransformerFactory<ts.SourceFile>;

/** `await x` becomes `await __await__(x)`, `for await (y of x)` becomes `for await (y of __each__(x))`. */
function interruptibleAwaits(compiler: typeof ts): Transformer {
  return replacing(compiler, (node, factory) => {
    const through = (name: string, expression: ts.Expression): ts.Expression =>
      factory.createCallExpression(factory.createIdentifier(name), undefined, [expression]);
    if (compiler.isAwaitExpression(node)) {
      return factory.updateAwaitExpression(node, through("__await__", node.expression));
    }
    if (compiler.isForOfStatement(node) && node.awaitModifier !== undefined) {
      const { awaitModifier, initializer, expression, statement } = node;
      const items = through("__each__", expression);
      return factory.updateForOfStatement(node, awaitModifier, initializer, items, statement);
    }
    return node;
  });
}

/** `import(x)` becomes `require.import(x)`: the evaluator resolves the notebook's modules. */
function dynamicImports(compiler: typeof ts): Transformer {
  return replacing(compiler, (node, factory) =>
    compiler.isCallExpression(node) && node.expression.kind === compiler.SyntaxKind.ImportKeyword
      ? factory.updateCallExpression(
          node,
          factory.createPropertyAccessExpression(factory.createIdentifier("require"), "import"),
          undefined,
          node.arguments,
        )
      : node,
  );
}

function loopTransformers(compiler: typeof ts): Transformer[] {
  return loopsAskToStop() ? [stoppableLoops(compiler)] : [];
}

/** A transformer that maps every node, children first. */
function replacing(
  compiler: typeof ts,
  replace: (node: ts.Node, factory: ts.NodeFactory) => ts.Node,
): Transformer {
  return (context) => {
    const visit = (node: ts.Node): ts.Node =>
      replace(compiler.visitEachChild(node, visit, context), context.factory);
    return (source) => compiler.visitNode(source, visit) as ts.SourceFile;
  };
}

function toCommonJs(
  compiler: typeof ts,
  code: string,
  before: Transformer[],
): { code: string; map: string } {
  const { outputText, sourceMapText } = compiler.transpileModule(code, {
    fileName: "cell.js",
    compilerOptions: {
      module: compiler.ModuleKind.CommonJS,
      target: compiler.ScriptTarget.ES2022,
      newLine: compiler.NewLineKind.LineFeed,
      esModuleInterop: true,
      sourceMap: true,
      allowJs: true,
    },
    transformers: { before },
  });
  return { code: outputText.replace(MAP_COMMENT, ""), map: sourceMapText ?? EMPTY_MAP };
}

const MAP_COMMENT = /\n?\/\/# sourceMappingURL=(?:data:application\/json;base64,)?(\S+)\s*$/;
const EMPTY_MAP = '{"version":3,"sources":[""],"names":[],"mappings":""}';

/** Splits off an inline source map. */
function withoutMap(code: string): { code: string; map: string } {
  const match = MAP_COMMENT.exec(code);
  if (match === null) return { code, map: EMPTY_MAP };
  return {
    code: code.slice(0, match.index + 1),
    map: utf8(atob(match[1]!)),
  };
}

/** The text whose bytes are the characters of `bytes`. */
function utf8(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** Composes the last step's source map with the first step's; `locate` maps the result to the source. */
function lineMap(
  last: string,
  first: string,
  addedLines: number,
  locate: (line: number, column: number) => { line: number; column: number },
): LineMap {
  const firstMap = new TraceMap(first);
  const rows: number[] = [];
  decodedMappings(new TraceMap(last)).forEach((segments, line) => {
    for (const segment of segments) {
      if (segment.length === 1) continue;
      const source = traceSegment(firstMap, segment[2], segment[3]);
      if (source === null || source.length === 1) continue;
      const place = locate(source[2], source[3]);
      rows.push(line + addedLines, segment[0], place.line, place.column);
    }
  });
  return Int32Array.from(rows);
}

/** The modules that CommonJS code requires by a literal name. */
function requiredModules(code: string): string[] {
  const names = [...code.matchAll(/\brequire\((["'])((?:(?!\1)[^\\\n])+)\1\)/g)].map(
    (match) => match[2]!,
  );
  return [...new Set(names)];
}
