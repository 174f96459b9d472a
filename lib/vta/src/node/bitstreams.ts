/// <reference types="node" />
/** Bitstreams on disk, in the folder of VTA's own tools. */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { BitstreamCache } from "../rpc";

export const bitstreams: BitstreamCache = {
  directory: () => process.env["VTA_CACHE_PATH"] ?? join(homedir(), ".vta_cache"),
  exists: existsSync,
};
