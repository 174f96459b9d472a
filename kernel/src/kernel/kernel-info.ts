/** The content of `kernel_info_reply`. */

import { kernelVersion, runtime, typescriptVersion } from "../hosts/node/versions";
import { PROTOCOL_VERSION, type Json } from "../wire";

export function kernelInfo(): Json {
  const version = kernelVersion();
  const typescript = typescriptVersion();
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "tvm-vta-kernel",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "application/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${typescript} with TVM and VTA, on ${runtime()}`,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "TVM 0.10", url: "https://tvm.apache.org/docs/v/0.10.0/" },
    ],
    debugger: false,
    supported_features: [],
  };
}
