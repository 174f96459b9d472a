import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Another folder is imported by its index.ts, from any depth. */
const oneDoor = [1, 2, 3].map((depth) => ({
  files: [`lib/*/src/${"*/".repeat(depth)}*.ts`],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./){${depth}}[^./]+/`,
            message: "import the folder's index.ts, not a file inside it",
          },
        ],
      },
    ],
  },
}));

const nodeModules = ["node:*", "fs", "path", "os", "child_process", "worker_threads", "net", "url"];

export default defineConfig(
  {
    ignores: [
      ".dependency-cruiser.cjs",
      "**/dist/",
      "**/node_modules/",
      ".venv/",
      "**/lib/*.js",
      "**/labextension/",
      "lite/build/",
      "packaging/tvm_vta_kernel/",
    ],
  },
  js.configs.recommended,
  tseslint.configs.strict,
  {
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/unified-signatures": "off",
    },
  },
  {
    files: ["lib/*/src/**/*.ts"],
    ignores: ["lib/*/src/node/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: nodeModules }] }] },
  },
  {
    // Modules of simulation workers: of tvm-ts they import only the errors and the check for interrupts, so
    // that a worker does not load the compiler.
    files: ["lib/vta/src/{hardware,accelerator,sim}/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ group: nodeModules }],
          paths: [
            {
              name: "tvm-ts",
              allowImportNames: [
                "checkInterruption",
                "DeviceError",
                "InternalError",
                "UsageError",
                "plural",
              ],
              message:
                "hardware and simulators import only errors and the check for interrupts from the compiler's package",
            },
          ],
        },
      ],
    },
  },
  ...oneDoor,
  {
    files: ["lib/*/src/**/*.ts"],
    // Made by a script, one case for each kind of node.
    ignores: ["lib/tvm-ts/src/ir/children.generated.ts"],
    rules: {
      "max-lines-per-function": ["error", { max: 90, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { paths: [{ name: "vitest", importNames: ["it"], message: "a test is a `test`" }] },
      ],
    },
  },
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
