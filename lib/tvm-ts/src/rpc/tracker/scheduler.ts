/** Assigns servers to clients: the queue of a key. */

/** A server that waits for a client. */
export interface FreeServer {
  readonly host: string;
  readonly port: number;
  readonly matchKey: string;
}

/** A client that waits for a server. */
export interface PendingRequest {
  readonly user: string;
  readonly priority: number;
  /** When the wait began, in milliseconds since 1970. */
  readonly since: number;
  /** Assigns the server. @returns false when the client has left */
  grant(server: FreeServer): boolean;
}

/** Requests by priority, then by waiting time; servers by waiting time. */
export class Scheduler {
  private readonly servers: FreeServer[] = [];
  private readonly requests: PendingRequest[] = [];

  get free(): number {
    return this.servers.length;
  }

  get pending(): readonly PendingRequest[] {
    return this.requests;
  }

  put(server: FreeServer): void {
    this.servers.push(server);
    this.match();
  }

  request(request: PendingRequest): void {
    const after = this.requests.findIndex((other) => other.priority < request.priority);
    this.requests.splice(after === -1 ? this.requests.length : after, 0, request);
    this.match();
  }

  /** Removes a server that left. */
  withdraw(server: FreeServer): void {
    remove(this.servers, server);
  }

  /** Removes a client that left. */
  cancel(request: PendingRequest): void {
    remove(this.requests, request);
  }

  private match(): void {
    while (this.servers.length > 0 && this.requests.length > 0) {
      const server = this.servers.shift()!;
      if (!this.requests.shift()!.grant(server)) this.servers.unshift(server);
    }
  }
}

function remove<T>(items: T[], item: T): void {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
}
