/// <reference types="node" />
/** Listens on the first free port of a range. */

import type { AddressInfo, Server } from "node:net";
import { UsageError } from "../support";

export interface ListenOptions {
  /** The address to listen on; `127.0.0.1` if left out. */
  readonly host?: string;
  /** The first port that is tried; with 0, the system chooses a port. */
  readonly port: number;
  /** The port after the last one that is tried. */
  readonly portEnd?: number;
}

/**
 * Listens. @returns the port
 * @throws UsageError when no port of the range is free
 */
export async function listen(
  server: Server,
  { host = "127.0.0.1", port, portEnd = port + 1 }: ListenOptions,
): Promise<number> {
  for (let candidate = port; candidate < portEnd; candidate++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once("error", resolve);
      server.listen(candidate, host, () => {
        server.off("error", resolve);
        resolve(undefined);
      });
    });
    if (error === undefined) return (server.address() as AddressInfo).port;
    if (error.code !== "EADDRINUSE") {
      throw new UsageError("rpc-listen", `cannot listen on ${host}:${candidate}: ${error.message}`);
    }
  }
  throw new UsageError(
    "rpc-listen",
    portEnd - port === 1
      ? `port ${port} of ${host} is in use; use another port`
      : `all ports of ${host} from ${port} to ${portEnd - 1} are in use; use another range`,
  );
}

/** The warning of a server that other machines can reach. */
export function exposureWarning(host: string): string | undefined {
  if (/^(127\.|::1$|localhost$)/.test(host)) return undefined;
  return (
    `warning: ${host} can be reached from other machines, and the key is the only protection: ` +
    "every program that knows the key can run modules here. A tunnel (ssh -L) is safer"
  );
}
