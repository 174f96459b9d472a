/** The glossary explains the names that several declarations or files have. */

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const glossary = readFileSync(join(root, "docs/glossary.md"), "utf8");

/** Paths of sources, from `tvm-ts/` or `vta/` on. */
const files = ["tvm-ts", "vta"].flatMap((library) => {
  const folder = join(root, "lib", library, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `${library}/${path}`);
});

function source(path: string): ts.SourceFile {
  const [library, ...rest] = path.split("/") as [string, ...string[]];
  const text = readFileSync(join(root, "lib", library, "src", ...rest), "utf8");
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
}

/** The names that a file declares and exports; overloads and merged declarations once. */
function exportsOf(path: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of source(path).statements) {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        for (const one of ts.isIdentifier(name) ? [name] : name.elements) {
          if (ts.isIdentifier(one)) names.add(one.text);
          else if (ts.isBindingElement(one) && ts.isIdentifier(one.name)) names.add(one.name.text);
        }
      }
    } else if ("name" in statement) names.add((statement.name as ts.Identifier).text);
  }
  return names;
}

const declarations = new Map<string, string[]>();
for (const path of files) {
  for (const name of exportsOf(path)) {
    declarations.set(name, [...(declarations.get(name) ?? []), path]);
  }
}

/** The entries under a heading: names in code type, and places where they may be. */
function rows(heading: string): { names: string[]; places: string[] }[] {
  const start = glossary.indexOf(`\n## ${heading}\n`);
  expect(start, `the glossary has the section "${heading}"`).toBeGreaterThan(0);
  const end = glossary.indexOf("\n## ", start + 1);
  const section = glossary.slice(start, end < 0 ? undefined : end);
  const inCode = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
  return [...section.matchAll(/^- Names: ([^]*?)\.\sPlaces:\s([^]*?`)\.\s/gm)].map(
    ([, names, places]) => ({
      names: inCode(names!),
      places: inCode(places!),
    }),
  );
}

/** Whether a place of the glossary, a folder or a file, is or contains a source. */
function contains(place: string, path: string): boolean {
  return path === place || path.startsWith(place.endsWith("/") ? place : `${place}/`);
}

const explained = rows("Names with several declarations");

describe("names", () => {
  test("that several files export are explained, with the places", () => {
    const unexplained = [...declarations]
      .filter(([, paths]) => paths.length > 1)
      .filter(([name, paths]) => {
        const places = explained.find(({ names }) => names.includes(name))?.places ?? [];
        return !paths.every((path) => places.some((place) => contains(place, path)));
      })
      .map(([name, paths]) => `${name}: ${paths.join(", ")}`);
    expect(unexplained).toEqual([]);
  });

  test("that the glossary explains have several declarations, and only one row", () => {
    const names = explained.flatMap((row) => row.names);
    expect(names.filter((name) => (declarations.get(name)?.length ?? 0) < 2)).toEqual([]);
    expect(names).toEqual([...new Set(names)]);
  });

  test("in code type at the start of an entry are exported", () => {
    const entries = [...glossary.matchAll(/^- (`[^:]*):/gm)].flatMap(([, head]) =>
      [...head!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    );
    expect(entries.length).toBeGreaterThan(80);
    expect(entries.filter((name) => !declarations.has(name))).toEqual([]);
    expect(entries).toEqual([...new Set(entries)]);
  });

  test("in code type in an entry's text that look like types are exported", () => {
    const texts = [...glossary.matchAll(/^- (?:[^`]|`[^`]*`)*?:((?:.|\n {2})*)/gm)].map(
      (m) => m[1]!,
    );
    const types = texts
      .flatMap((text) => [...text.matchAll(/`([A-Z][a-z]\w*[A-Z]\w*|[A-Z][a-z]+)`/g)])
      .map(([, name]) => name!);
    expect(types.length).toBeGreaterThan(10);
    expect(types.filter((name) => !declarations.has(name))).toEqual([]);
  });
});

/** Words that had several meanings, or are too general for what they named. */
const tooGeneral: ReadonlySet<string> = new Set([
  ...["Loop", "Memory", "Storage", "Sum", "Scalar", "Unit", "Subject", "Middle", "Stretch"],
  ...["Sheet", "Strip", "MOST", "LEAST", "ROOM", "SPARE", "has", "of", "ask", "again", "manner"],
  ...["deal", "settle", "known", "sortOf", "answer"],
]);
const formerFiles = ["layout.ts", "reduce.ts", "trace.ts", "memory.ts", "threads.ts", "driver.ts"];

/** All sources of the packages, by their path in the repository. */
function allSources(): string[] {
  return ["lib/tvm-ts/src", "lib/vta/src", "kernel/src", "extension/src", "lite/src"].flatMap(
    (folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => /\.tsx?$/.test(path))
        .map((path) => `${folder}/${path}`),
  );
}

describe("words that are too general", () => {
  test("are not declared by a file", () => {
    const found: string[] = [];
    for (const path of allSources()) {
      const text = readFileSync(join(root, path), "utf8");
      for (const [, name] of text.matchAll(
        /^(?:export )?(?:abstract |async )?(?:class|interface|type|enum|function|const|let) (\w+)/gm,
      )) {
        if (tooGeneral.has(name!)) found.push(`${path}: ${name}`);
      }
    }
    expect(found).toEqual([]);
  });

  test("are not names of files", () => {
    const bad = files.filter((path) => formerFiles.includes(basename(path)));
    expect(bad).toEqual([]);
  });
});

describe("file names", () => {
  const table = rows("Files with the same name");
  const byName = new Map<string, string[]>();
  for (const path of files) {
    const name = basename(path);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }

  test("that several folders have are explained, with the places", () => {
    const unexplained = [...byName]
      .filter(([name, paths]) => name !== "index.ts" && paths.length > 1)
      .filter(([name, paths]) => {
        const places = table.find(({ names }) => names.includes(name))?.places ?? [];
        return !paths.every((path) => places.some((place) => contains(place, path)));
      })
      .map(([name, paths]) => `${name}: ${paths.join(", ")}`);
    expect(unexplained).toEqual([]);
  });

  test("that the glossary explains are those of several files", () => {
    const names = table.flatMap((row) => row.names);
    expect(names.filter((name) => (byName.get(name)?.length ?? 0) < 2)).toEqual([]);
  });
});
