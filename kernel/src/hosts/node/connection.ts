/** Jupyter's connection file: where to listen, and the key for signing messages. */

import { readFileSync } from "node:fs";

export const channelNames = ["shell", "control", "stdin", "iopub", "hb"] as const;
export type ChannelName = (typeof channelNames)[number];

export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly ports: Readonly<Record<ChannelName, number>>;
  /** Empty when messages are not signed. */
  readonly key: string;
  /** The hash under Node's name: `sha256`. */
  readonly hash: string;
}

/** Reads a connection file. @throws Error that names the invalid field */
export function readConnection(path: string): Connection {
  const file = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const text = (name: string, fallback?: string): string => {
    const value = file[name] ?? fallback;
    if (typeof value !== "string") throw new Error(`${path}: "${name}" is not a string`);
    return value;
  };
  const port = (name: ChannelName): number => {
    const value = file[`${name}_port`];
    if (typeof value !== "number") throw new Error(`${path}: "${name}_port" is not a number`);
    return value;
  };
  const scheme = text("signature_scheme", "hmac-sha256");
  if (!scheme.startsWith("hmac-")) {
    throw new Error(`${path}: the signature scheme ${scheme} is not supported, only hmac-*`);
  }
  return {
    transport: text("transport", "tcp"),
    ip: text("ip"),
    ports: {
      shell: port("shell"),
      control: port("control"),
      stdin: port("stdin"),
      iopub: port("iopub"),
      hb: port("hb"),
    },
    key: text("key", ""),
    hash: scheme.slice("hmac-".length),
  };
}

/** The ZeroMQ address of a channel. */
export function addressOf({ transport, ip, ports }: Connection, channel: ChannelName): string {
  const separator = transport === "ipc" ? "-" : ":";
  return `${transport}://${ip}${separator}${ports[channel]}`;
}
