/** How the kernel introduces itself. */

import { readFileSync } from "node:fs";
import { kernelVersion } from "../libraries";
import { PROTOCOL_VERSION, type Json } from "../wire";

/** The version of the compiler that checks cells, without loading it. */
const { version: typescriptVersion } = JSON.parse(
  readFileSync(require.resolve("typescript/package.json"), "utf8"),
) as { version: string };

export function kernelInfo(): Json {
  const version = kernelVersion();
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "tvm-vta-kernel",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescriptVersion,
      mimetype: "application/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${typescriptVersion} with TVM and VTA, on Node.js ${process.versions.node}`,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "TVM 0.10", url: "https://tvm.apache.org/docs/v/0.10.0/" },
    ],
    debugger: false,
    supported_features: [],
  };
}
