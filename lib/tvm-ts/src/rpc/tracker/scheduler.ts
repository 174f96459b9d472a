/** Who gets which server: the queue of one key. */

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
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** Hands the server over. @returns false when the client has left */
  grant(server: FreeServer): boolean;
}

/** Higher priorities first; of equal ones, and of servers, the one that has waited longest. */
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

  /** Forgets a server that left. */
  withdraw(server: FreeServer): void {
    remove(this.servers, server);
  }

  /** Forgets a client that left. */
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
