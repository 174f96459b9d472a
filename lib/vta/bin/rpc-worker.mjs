import { runRpcWorker } from "vta-ts";

runRpcWorker();
