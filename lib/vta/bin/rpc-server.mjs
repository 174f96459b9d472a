#!/usr/bin/env node
import { argv } from "node:process";
import { runRpcServer } from "vta-ts";

await runRpcServer(argv.slice(2));
