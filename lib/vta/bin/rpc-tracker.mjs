#!/usr/bin/env node
import { argv } from "node:process";
import { runRpcTracker } from "vta-ts";

await runRpcTracker(argv.slice(2));
