import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** The folders of tvm-ts, each with the folders it may import from; `support` is everybody's. */
const layers = {
  support: [],
  artifact: [],
  ir: [],
  arith: ["ir"],
  pass: ["ir"],
  te: ["ir", "arith"],
  transforms: ["ir", "arith", "pass"],
  codegen: ["artifact", "ir", "arith", "pass"],
  target: ["artifact", "ir", "pass", "codegen"],
  runtime: ["artifact"],
  rpc: ["artifact", "runtime"],
  topi: ["ir", "arith", "te"],
  relay: ["ir", "runtime"],
  view: ["ir", "arith", "te", "pass", "runtime", "rpc"],
  driver: [
    "artifact",
    "ir",
    "arith",
    "te",
    "pass",
    "transforms",
    "codegen",
    "target",
    "runtime",
    "rpc",
    "topi",
    "view",
  ],
  node: ["artifact", "runtime", "rpc", "codegen", "driver"],
};

/** The folders of vta-ts, likewise. */
const vtaLayers = {
  hardware: [],
  accelerator: ["hardware"],
  sim: ["hardware", "accelerator"],
  runtime: ["hardware", "accelerator"],
  compiler: ["hardware"],
  topi: ["hardware", "compiler"],
  api: ["hardware", "accelerator", "sim", "runtime", "compiler", "topi"],
  graph: ["hardware", "compiler", "topi", "api"],
  rpc: ["hardware", "accelerator", "runtime", "compiler", "api"],
  explore: ["hardware", "accelerator", "sim", "runtime", "compiler", "topi", "api"],
  view: ["hardware", "accelerator", "runtime", "compiler", "explore"],
  node: [
    "hardware",
    "accelerator",
    "sim",
    "runtime",
    "compiler",
    "topi",
    "api",
    "graph",
    "rpc",
    "explore",
    "view",
  ],
};

function zones(root, table) {
  return Object.entries(table).map(([folder, allowed]) => ({
    target: `${root}/${folder}`,
    from: root,
    except: [...new Set(["support", folder, ...allowed])].map((name) => `./${name}`),
    message: `${folder}/ may import only ${["support", ...allowed].join(", ")}`,
  }));
}

/** Another folder is entered by its index.ts, from however deep inside one's own. */
const oneDoor = [1, 2, 3].map((depth) => ({
  files: [`lib/*/src/${"*/".repeat(depth)}*.ts`],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./){${depth}}[^./]+/`,
            message: "a folder has one door: import its index",
          },
        ],
      },
    ],
  },
}));

const nodeModules = ["node:*", "fs", "path", "os", "child_process", "worker_threads", "net", "url"];

export default defineConfig(
  { ignores: ["**/dist/", "**/node_modules/", ".venv/", "**/lib/*.js", "**/labextension/"] },
  js.configs.recommended,
  tseslint.configs.strict,
  {
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/unified-signatures": "off",
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": [
        "error",
        {
          basePath: import.meta.dirname,
          zones: [...zones("./lib/tvm-ts/src", layers), ...zones("./lib/vta/src", vtaLayers)],
        },
      ],
    },
  },
  {
    files: ["lib/*/src/**/*.ts"],
    ignores: ["lib/*/src/node/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: nodeModules }] }] },
  },
  ...oneDoor,
  {
    files: ["extension/src/**/*.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "tvm-ts",
              allowTypeImports: true,
              message: "the extension takes the library's types, not its code",
            },
          ],
        },
      ],
    },
  },
);
