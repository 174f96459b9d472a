/** `tvm.rpc`: sessions and trackers, here and elsewhere. */

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
  /** Seconds until the server must have answered; 10 if left out. */
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
   * @param host its name, or a URL: `tcp://host:port`, `ws://host:port`, `wss://host:port`; a URL without a port
   *   takes the one beside it
   * @throws KeyRefusedError, RpcTimeoutError, ConnectionLostError, BadPacketError
   */
  connect(host: string, port: number, options?: ConnectOptions): Promise<Session>;
  connect(url: string, options?: ConnectOptions): Promise<Session>;
  /**
   * A tracker, which knows servers that are free.
   * @param host its name, or a URL
   */
  connectTracker(host: string, port?: number): Promise<TrackerSession>;
  /** A number as a floating-point argument, also if it is whole. */
  readonly float: typeof float;
  /** A type of elements as an argument. */
  readonly dtype: typeof dtype;
  /** What a server of this process puts at a session's disposal. */
  servedMachine(files: SessionFiles): ServedMachine;
}

const CONNECT_SECONDS = 10;
const DEFAULT_TRACKER_PORT = 9190;

/** How files of machine code begin: ELF, Mach-O, archives, Windows'. */
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
          // Servers are reached as the tracker is: a page has nothing but WebSocket.
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
        // One CPU and one accelerator: more of them would be the same hardware.
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
    `'${name}' is a library of machine code; this server runs WebAssembly modules: upload what ` +
      "module.save(path) wrote",
  );
}

/** A URL for the server at an address, which may be a URL with a port, or without one. */
function serverUrl(address: string, port: number | undefined): string {
  const isUrl = address.includes("://");
  if (isUrl && port === undefined) return address;
  if (isUrl && /:\d+\/?$/.test(address)) {
    throw new UsageError(
      "rpc-address",
      `'${address}' has a port already; leave out the port ${port} beside it`,
    );
  }
  if (typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65536) {
    return isUrl ? `${address.replace(/\/$/, "")}:${port}` : `tcp://${bracketed(address)}:${port}`;
  }
  throw new UsageError(
    "rpc-address",
    `${port} is not a port of ${address}; use rpc.connect("${address}", 9091) or a URL`,
  );
}

function bracketed(address: string): string {
  return address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
}
