/**
 * The packages as users get them: packed, unpacked beside their dependencies, type-checked by
 * the TypeScript that checks notebook cells, and run.
 */

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fromTslab = createRequire(join(root, "node_modules/tslab/package.json"));
const compiler = fromTslab("@tslab/typescript-for-tslab") as typeof ts;

const PROGRAM = `
const { te } = tvm;
const env: vta.Environment = vta.getEnv();
const shape = [1, 4, env.BATCH, env.BLOCK_OUT];
const A = te.placeholder(shape, { name: "A", dtype: env.accDtype });
const A_buf = te.compute(shape, (...i) => A(...i), "A_buf");
const B_buf = te.compute(shape, (...i) => A_buf(...i).add(1), "B_buf");
const B = te.compute(shape, (...i) => B_buf(...i).astype(env.inpDtype), "B");
const s: tvm.te.Schedule = te.createSchedule(B.op);
s.stage(A_buf).setScope(env.accScope);
s.stage(B_buf).setScope(env.accScope);
s.stage(A_buf).pragma(A_buf.op.axis[0]!, env.dmaCopy);
s.stage(B_buf).pragma(B_buf.op.axis[0]!, env.alu);
s.stage(B).pragma(B.op.axis[0]!, env.dmaCopy);

export async function run(): Promise<void> {
  await tvm.ready();
  const target = tvm.target("ext_dev", { host: env.targetHost });
  const built = vta.build(s, [A, B], { target, name: "plus_one" });
  const device = tvm.extDev(0);
  const a = tvm.nd.array(tvm.np.full(shape, 41).astype("int32"), device);
  const b = tvm.nd.empty(shape, "int8", device);
  built(a, b);
  console.log(Array.from(b.numpy().flatten().data, Number).every((value) => value === 42));
}
void run();
`;

const IMPORTS = `import * as tvm from "tvm-ts";\nimport * as vta from "vta-ts";\n`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tvm-consumer-"));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const library of ["lib/tvm-ts", "lib/vta"]) unpack(library, modules);
  for (const shared of ["@types", ...dependencies("lib/tvm-ts"), ...dependencies("lib/vta")]) {
    // A scoped package is copied with the others of its scope.
    const [folder] = shared.split("/") as [string];
    if (existsSync(join(modules, folder))) continue;
    symlinkSync(join(root, "node_modules", folder), join(modules, folder));
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 120_000);

function dependencies(library: string): string[] {
  const manifest = createRequire(import.meta.url)(join(root, library, "package.json")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.dependencies);
}

/** The packages that `npm install` would install. */
function unpack(library: string, modules: string): void {
  const { name } = createRequire(import.meta.url)(join(root, library, "package.json")) as {
    name: string;
  };
  const packed = mkdtempSync(join(folder, "packed-"));
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", packed], {
    cwd: join(root, library),
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [archive] = readdirSync(packed);
  const target = join(modules, name);
  mkdirSync(target);
  execFileSync("tar", ["-xzf", join(packed, archive!), "-C", target, "--strip-components=1"]);
}

/** Compiles a program and returns TypeScript's messages. */
function compile(file: string, options: ts.CompilerOptions): string[] {
  const program = compiler.createProgram([file], {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: compiler.ScriptTarget.ES2022,
    types: ["node"],
    ...options,
  });
  const { diagnostics } = program.emit();
  return [...compiler.getPreEmitDiagnostics(program), ...diagnostics].map(
    ({ file: at, messageText }) =>
      `${at?.fileName ?? ""}: ${compiler.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
}

function printedBy(script: string): string {
  return execFileSync(process.execPath, [script], { cwd: dirname(script), encoding: "utf8" });
}

describe("the packages, with TypeScript " + compiler.version, () => {
  test("are loaded by a CommonJS module, whose types are checked down to the declarations", () => {
    const source = join(folder, "required.ts");
    writeFileSync(source, IMPORTS + PROGRAM);
    const problems = compile(source, {
      module: compiler.ModuleKind.CommonJS,
      moduleResolution: compiler.ModuleResolutionKind.NodeJs,
    });
    expect(problems).toEqual([]);
    expect(printedBy(join(folder, "required.js"))).toBe("true\n");
  }, 120_000);

  test("are loaded by an ES module, ready to generate code", () => {
    const source = join(folder, "imported.mts");
    writeFileSync(source, IMPORTS + PROGRAM);
    const problems = compile(source, {
      module: compiler.ModuleKind.Node16,
      moduleResolution: compiler.ModuleResolutionKind.Node16,
      skipLibCheck: true,
    });
    expect(problems).toEqual([]);
    expect(printedBy(join(folder, "imported.mjs"))).toBe("true\n");
  }, 120_000);

  test("find a wrong argument when the program is compiled", () => {
    const source = join(folder, "wrong.ts");
    writeFileSync(source, `${IMPORTS}tvm.te.placeholder("4"); vta.getEnv().blockOut;\n`);
    const problems = compile(source, {
      module: compiler.ModuleKind.CommonJS,
      moduleResolution: compiler.ModuleResolutionKind.NodeJs,
      skipLibCheck: true,
    });
    expect(problems).toHaveLength(2);
    expect(problems[1]).toContain("Property 'blockOut' does not exist");
  }, 120_000);
});
