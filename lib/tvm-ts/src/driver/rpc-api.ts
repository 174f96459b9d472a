/** `tvm.rpc`: sessions and trackers. */

import { UsageError } from "../support";
import type { Device, Host, Module } from "../runtime";
import {
  dtype,
  float,
  LocalSession,
  RemoteSession,
  servedModule,
  TrackerSession,
  type ConnectionOptions,
  type LocalMachine,
  type ServedFunction,
  type ServedMachine,
  type Session,
  type SessionFiles,
} from "../rpc";
import { DEVICE_TYPE } from "../runtime";

export interface ConnectOptions extends ConnectionOptions {
  /** The timeout for the server's first answer in seconds; 10 if left out. */
  readonly connectTimeout?: number;
}

export interface RpcFunctions {
  /** A session with this process. */
  localSession(): Session;
  /**
   * A session with a server.
   *
   *     const remote = await rpc.connect("127.0.0.1", 9091, { key: "mine" });
   *     const remote = await rpc.connect("ws://127.0.0.1:9091");
   *
   * @param host a host name, or a URL: `tcp://host:port`, `ws://host:port`, `wss://host:port`. `port` is used
   *   for a URL without a port
   * @throws KeyRefusedError, RpcTimeoutError, ConnectionLostError, BadPacketError
   */
  connect(host: string, port: number, options?: ConnectOptions): Promise<Session>;
  connect(url: string, options?: ConnectOptions): Promise<Session>;
  /**
   * A session with a tracker, which assigns free servers.
   * @param host a host name, or a URL
   */
  connectTracker(host: string, port?: number): Promise<TrackerSession>;
  /** A number as a floating-point argument, even if it is an integer. */
  readonly float: typeof float;
  /** A data type as an argument. */
  readonly dtype: typeof dtype;
  /** The devices, modules and functions that a server of this process offers to sessions. */
  servedMachine(files: SessionFiles): ServedMachine;
}

const CONNECT_SECONDS = 10;
const DEFAULT_TRACKER_PORT = 9190;

/** The magic numbers of machine-code files: ELF, Mach-O, archives, Windows. */
const MACHINE_CODE = ["\u007fELF", "\u00cf\u00fa\u00ed\u00fe", "!<arch>", "MZ"];

export function rpcFunctions(
  host: Host,
  machine: LocalMachine & { device(kind: Device["kind"], id: number): Device },
): RpcFunctions {
  const open = async (url: string, options: ConnectOptions): Promise<Session> => {
    const { connectTimeout = CONNECT_SECONDS } = options;
    const transport = await host.openTransport(url, connectTimeout * 1000);
    return RemoteSession.open(transport, host, options);
  };
  return {
    localSession: () => new LocalSession(machine),
    connect: async (address: string, ...rest: readonly (number | ConnectOptions | undefined)[]) => {
      const [port, options] = typeof rest[0] === "object" ? [undefined, rest[0]] : rest;
      return open(
        serverUrl(address, port as number | undefined),
        (options ?? {}) as ConnectOptions,
      );
    },
    connectTracker: async (address, port = DEFAULT_TRACKER_PORT) => {
      const url = address.includes("://") ? address : serverUrl(address, port);
      const { protocol } = new URL(url);
      return TrackerSession.open(
        {
          connect: () => host.openTransport(url, CONNECT_SECONDS * 1000),
          // Servers are reached over the tracker's protocol: a page can only use WebSocket.
          openSession: (name, serverPort, key, sessionTimeout) =>
            open(`${protocol}//${bracketed(name)}:${serverPort}`, { key, sessionTimeout }),
        },
        url,
      );
    },
    float,
    dtype,
    servedMachine: (files) => ({
      files,
      device(type, id) {
        const kind = Object.entries(DEVICE_TYPE).find(([, number]) => number === type)?.[0];
        // One CPU and one accelerator: further devices would be the same hardware.
        return kind === undefined || id !== 0 ? undefined : machine.device(kind, id);
      },
      loadModule: (bytes, name) => servedModule(loadServed(machine, bytes, name)),
      function: (name): ServedFunction | undefined => machine.function(name),
    }),
  };
}

function loadServed(machine: LocalMachine, bytes: Uint8Array, name: string): Module {
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (!MACHINE_CODE.some((magic) => start.startsWith(magic)))
    return machine.loadModule(bytes, name);
  throw new UsageError(
    "module-file",
    `'${name}' is a library of machine code, but this server runs WebAssembly modules: upload a file that ` +
      "module.save(path) wrote",
  );
}

/**
 * The URL of the server at an address, which may be a host name or a URL, with or without a port.
 */
function serverUrl(address: string, port: number | undefined): string {
  const isUrl = address.includes("://");
  if (isUrl && port === undefined) return address;
  if (isUrl && /:\d+\/?$/.test(address)) {
    throw new UsageError(
      "rpc-address",
      `'${address}' already has a port; leave out the port ${port}`,
    );
  }
  if (typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65536) {
    return isUrl ? `${address.replace(/\/$/, "")}:${port}` : `tcp://${bracketed(address)}:${port}`;
  }
  throw new UsageError(
    "rpc-address",
    `${port} is not a valid port for ${address}; write rpc.connect("${address}", 9091) or a URL`,
  );
}

function bracketed(address: string): string {
  return address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
}
