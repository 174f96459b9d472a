/// <reference types="node" />
/** The commands `tvm-vta-rpc-server` and `tvm-vta-rpc-tracker`, and the server's worker. */

import { join } from "node:path";
import { rpc, RpcError, UsageError, type RunningServer, type RunningTracker } from "tvm-ts";
import { useTarget } from "../rpc";

/** Bytes of a session's files. */
const FILE_BYTES = 2 ** 30;

type Target = "sim" | "tsim";

interface ServerArguments {
  readonly host: string;
  readonly port: number;
  readonly portEnd: number;
  readonly key: string;
  readonly tracker?: string;
  readonly customAddr?: string;
  readonly workdir?: string;
  readonly target: Target;
  readonly sessions?: number;
  readonly allowOrigin: readonly string[];
}

interface TrackerArguments {
  readonly host: string;
  readonly port: number;
  readonly portEnd: number;
  readonly stopKey?: string;
  readonly allowOrigin: readonly string[];
}

const log = (line: string): void => {
  const time = new Date().toISOString().slice(11, 19);
  process.stdout.write(`${time} ${line}\n`);
};

export interface VtaServerOptions {
  readonly host?: string;
  readonly port: number;
  readonly portEnd?: number;
  readonly key?: string;
  /** A tracker to announce the server to: `tcp://host:port`. */
  readonly tracker?: string;
  readonly customHost?: string;
  /** The parent folder of the sessions' directories. */
  readonly workdir?: string;
  readonly target?: Target;
  readonly sessions?: number;
  readonly allowOrigin?: readonly string[];
  log?(line: string): void;
}

/** Starts a server with VTA's simulators. @throws UsageError when no port is free */
export async function startVtaServer(options: VtaServerOptions): Promise<RunningServer> {
  const { workdir, target = "sim", key = "", ...rest } = options;
  // Next to the package's folder `dist`, which contains this file, bundled or not.
  const root = __dirname.slice(0, __dirname.lastIndexOf("dist"));
  return rpc.startServer({
    ...rest,
    key,
    worker: {
      file: join(root, "bin", "rpc-worker.mjs"),
      args: [JSON.stringify({ key, target, workdir })],
    },
  });
}

/** The worker of a server's process; `bin/rpc-worker.mjs` runs it. */
export function runRpcWorker(): void {
  const { key, target, workdir } = JSON.parse(process.argv[2]!) as {
    key: string;
    target: Target;
    workdir?: string;
  };
  useTarget(target);
  const options = { key, fileBytes: FILE_BYTES, ...(workdir !== undefined && { workdir }) };
  rpc.serveAsWorker(options, (files) => rpc.servedMachine(files));
}

/** `bin/rpc-server.mjs` runs it. */
export async function runRpcServer(argv: readonly string[]): Promise<void> {
  const { Command, Option } = await import("commander");
  const command = new Command("tvm-vta-rpc-server")
    .description("Serves VTA's simulators to clients of TVM's RPC protocol.")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "first port to try", portNumber, 9091)
    .option("--port-end <port>", "port after the last one to try", portNumber, 9199)
    .option("--key <key>", "key that clients must present, or request from the tracker", "")
    .option("--tracker <host:port>", "tracker to announce the server to")
    .option("--custom-addr <host>", "address that the tracker tells clients")
    .option("--workdir <directory>", "parent folder of the sessions' directories")
    .addOption(new Option("--target <simulator>").choices(["sim", "tsim"]).default("sim"))
    .option("--sessions <count>", "sessions at the same time (default: processors)", positive)
    .option(
      "--allow-origin <origin...>",
      "origins of web pages that may connect, besides loopback's",
      [],
    );
  await run(async () => {
    const args = command.parse([...argv], { from: "user" }).opts<ServerArguments>();
    warnOf(args.host);
    const { portEnd, customAddr, tracker, ...rest } = args;
    const server = await startVtaServer({
      ...rest,
      portEnd: Math.max(portEnd, args.port + 1),
      ...(customAddr !== undefined && { customHost: customAddr }),
      ...(tracker !== undefined && { tracker: trackerUrl(tracker) }),
      log,
    });
    log(`listening on ${args.host}:${server.port}, simulator ${args.target}`);
    return server;
  });
}

/** `bin/rpc-tracker.mjs` runs it. */
export async function runRpcTracker(argv: readonly string[]): Promise<void> {
  const { Command } = await import("commander");
  const command = new Command("tvm-vta-rpc-tracker")
    .description("Tells clients of TVM's RPC protocol which servers are free.")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "first port to try", portNumber, 9190)
    .option("--port-end <port>", "port after the last one to try", portNumber, 9199)
    .option("--stop-key <key>", "a client that sends it may stop the tracker")
    .option(
      "--allow-origin <origin...>",
      "origins of web pages that may connect, besides loopback's",
      [],
    );
  await run(async () => {
    const args = command.parse([...argv], { from: "user" }).opts<TrackerArguments>();
    warnOf(args.host);
    const portEnd = Math.max(args.portEnd, args.port + 1);
    const tracker = await rpc.startTracker({ ...args, portEnd, log });
    log(`listening on ${args.host}:${tracker.port}`);
    void tracker.stopped.then(() => process.exit(0));
    return tracker;
  });
}

/** Starts a service that runs until the process receives a signal to end. */
async function run(start: () => Promise<RunningServer | RunningTracker>): Promise<void> {
  try {
    const running = await start();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void running.close().then(() => process.exit(0)));
    }
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof RpcError)) throw error;
    process.stderr.write(`${error.sentence}\n`);
    process.exitCode = 1;
  }
}

function warnOf(host: string): void {
  const warning = rpc.exposureWarning(host);
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
}

function trackerUrl(address: string): string {
  if (address.includes("://")) return address;
  if (/:\d+$/.test(address)) return `tcp://${address}`;
  throw new UsageError("rpc-address", `'${address}' is not a tracker's address; use HOST:PORT`);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new UsageError("rpc-address", `'${text}' is not a port; use 0 to 65535`);
}

function positive(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= 256) return count;
  throw new UsageError("rpc-address", `'${text}' is not a number of sessions; use 1 to 256`);
}
