#!/usr/bin/env node
import module from "node:module";

// Node.js 22.1 and later.
module.enableCompileCache?.();
await import("../dist/cli/main.js");
