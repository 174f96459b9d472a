/**
 * The tracker: servers announce themselves under a key; clients request a server of a key and wait
 * until it is free. Requests and answers are those of TVM's tracker (`python/tvm/rpc/tracker.py`).
 */

import { BadPacketError, sentenceOf } from "../rpc-errors";
import { TrackerCode, type Transport } from "../protocol";
import { TrackerChannel, type Json } from "./message";
import { Scheduler, type FreeServer, type PendingRequest } from "./scheduler";

export interface TrackerOptions {
  /** A client that sends this token may stop the tracker. */
  readonly stopKey?: string;
  /** Called when the tracker is stopped. */
  onStop?(): void;
  /** Reports connections that end with an error. */
  log?(line: string): void;
  /** The most servers and requests of a connection. */
  readonly perConnection?: number;
}

/** Requests a summary with details; TVM's trackers ignore it. */
export const SUMMARY_DETAILS = "details";

const PER_CONNECTION = 256;
/** The longest key, user or address. */
const MAX_NAME = 1024;

/** One connection: a client or a server. */
interface Member {
  readonly channel: TrackerChannel;
  readonly address: string;
  info: Record<string, Json>;
  readonly announced: Map<FreeServer, Scheduler>;
  readonly requests: Map<PendingRequest, Scheduler>;
  /** The assignments of this server, by match key. */
  readonly inUse: Map<string, { readonly user: string; readonly since: number }>;
  open: boolean;
}

/** A server that a client has. */
export interface ServerInUse {
  readonly key: string;
  readonly address: string;
  /** The client: its name if it sent one, or its address. */
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export class Tracker {
  private readonly schedulers = new Map<string, Scheduler>();
  private readonly members = new Set<Member>();

  constructor(private readonly options: TrackerOptions = {}) {}

  /** Serves one connection until it ends; never throws. */
  async serve(transport: Transport): Promise<void> {
    const member: Member = {
      channel: new TrackerChannel(transport),
      address: transport.peer.replace(/:\d+$/, "").replace(/^::ffff:/, ""),
      info: {},
      announced: new Map(),
      requests: new Map(),
      inUse: new Map(),
      open: true,
    };
    this.members.add(member);
    try {
      if (!(await member.channel.readMagic())) return;
      await member.channel.sendMagic();
      for (;;) {
        const message = await member.channel.receive();
        if (message === undefined) return;
        await this.handle(member, message);
      }
    } catch (error) {
      this.options.log?.(`${transport.peer}: ${sentenceOf(error)}`);
    } finally {
      this.leave(member);
      transport.close();
    }
  }

  /** Ends every connection. */
  close(): void {
    for (const { channel } of this.members) channel.transport.close();
  }

  /** The servers that clients have. */
  get inUse(): ServerInUse[] {
    return [...this.members].flatMap((member) =>
      [...member.inUse.values()].map(({ user, since }) => ({
        key: keyOf(member.info),
        address: addressOf(member.info),
        user,
        since,
      })),
    );
  }

  private get waiting(): Json {
    return [...this.schedulers].flatMap(([key, { pending }]) =>
      pending.map(({ user, since }) => ({ key, user, since })),
    );
  }

  private async handle(member: Member, message: Json): Promise<void> {
    if (!Array.isArray(message)) throw new BadPacketError("the message is not a list");
    const [code, ...args] = message as readonly Json[];
    const { channel } = member;
    switch (code) {
      case TrackerCode.Ping:
        return channel.send(TrackerCode.Success);
      case TrackerCode.Stop:
        return this.stop(member, args);
      case TrackerCode.Put:
        return this.put(member, args);
      case TrackerCode.Request:
        return this.request(member, args);
      case TrackerCode.UpdateInfo:
        return this.updateInfo(member, args);
      case TrackerCode.Summary:
        return channel.send([TrackerCode.Success, this.summary(args[0] === SUMMARY_DETAILS)]);
      case TrackerCode.GetPendingMatchKeys:
        return channel.send([...member.announced.keys()].map((server) => server.matchKey));
      default:
        throw new BadPacketError(`the message has the unknown code ${JSON.stringify(code)}`);
    }
  }

  private async stop(member: Member, [key]: readonly Json[]): Promise<void> {
    const { stopKey, onStop } = this.options;
    const allowed = stopKey !== undefined && key === stopKey;
    await member.channel.send(allowed ? TrackerCode.Success : TrackerCode.Fail);
    if (allowed) onStop?.();
  }

  private async put(member: Member, args: readonly Json[]): Promise<void> {
    const [key, address, customHost] = args;
    const [port, matchKey] = Array.isArray(address) ? (address as readonly Json[]) : [];
    this.checkSpace(member);
    // The server's last client has left.
    member.inUse.clear();
    const server: FreeServer = {
      host: customHost === null || customHost === undefined ? member.address : name(customHost),
      port: portNumber(port),
      matchKey: name(matchKey),
    };
    const scheduler = this.scheduler(name(key));
    member.announced.set(server, scheduler);
    // The answer is sent before a waiting client gets the server and connects to it.
    await member.channel.send(TrackerCode.Success);
    if (member.open) scheduler.put(server);
  }

  private async request(member: Member, args: readonly Json[]): Promise<void> {
    const [key, user, priority] = args;
    if (typeof priority !== "number") throw new BadPacketError("the request has no priority");
    this.checkSpace(member);
    const scheduler = this.scheduler(name(key));
    const request: PendingRequest = {
      user: name(user) || member.address,
      priority,
      since: Date.now(),
      grant: (server) => {
        member.requests.delete(request);
        if (!member.open) return false;
        this.lend(server, request.user);
        const { host, port, matchKey } = server;
        member.channel
          .send([TrackerCode.Success, [host, port, matchKey]])
          .catch(() => member.channel.transport.close());
        return true;
      },
    };
    member.requests.set(request, scheduler);
    scheduler.request(request);
  }

  private async updateInfo(member: Member, [info]: readonly Json[]): Promise<void> {
    if (typeof info !== "object" || info === null || Array.isArray(info)) {
      throw new BadPacketError("the server's information is not an object");
    }
    const fields = { ...(info as Record<string, Json>) };
    const address = fields["addr"];
    if (Array.isArray(address) && address[0] === null) {
      fields["addr"] = [member.address, ...(address as readonly Json[]).slice(1)];
    }
    member.info = { ...member.info, ...fields };
    await member.channel.send(TrackerCode.Success);
  }

  /**
   * @param details whether to include assigned servers and waiting clients, which TVM's tracker
   * does not
   */
  private summary(details: boolean): Json {
    const queues = [...this.schedulers].map(([key, { free, pending }]) => [
      key,
      { free, pending: pending.length },
    ]);
    const servers = [...this.members]
      .map((member) => member.info)
      .filter((info) => keyOf(info).startsWith("server"));
    return {
      queue_info: Object.fromEntries(queues) as Record<string, Json>,
      server_info: servers,
      ...(details && {
        in_use: this.inUse.map(({ key, ...use }) => ({ key: key.replace(/^server:/, ""), ...use })),
        waiting: this.waiting,
      }),
    };
  }

  private lend(server: FreeServer, user: string): void {
    for (const member of this.members) {
      if (!member.announced.delete(server)) continue;
      member.inUse.set(server.matchKey, { user, since: Date.now() });
    }
  }

  private leave(member: Member): void {
    member.open = false;
    this.members.delete(member);
    for (const [server, scheduler] of member.announced) scheduler.withdraw(server);
    for (const [request, scheduler] of member.requests) scheduler.cancel(request);
  }

  private scheduler(key: string): Scheduler {
    let scheduler = this.schedulers.get(key);
    if (scheduler === undefined) this.schedulers.set(key, (scheduler = new Scheduler()));
    return scheduler;
  }

  private checkSpace({ announced, requests }: Member): void {
    const limit = this.options.perConnection ?? PER_CONNECTION;
    if (announced.size + requests.size < limit) return;
    throw new BadPacketError(
      `the connection has ${limit} servers and requests, which is the limit`,
    );
  }
}

function keyOf(info: Readonly<Record<string, Json>>): string {
  const key = info["key"];
  return typeof key === "string" ? key : "";
}

function addressOf(info: Readonly<Record<string, Json>>): string {
  const address = info["addr"];
  return Array.isArray(address) ? address.join(":") : "";
}

function name(value: Json | undefined): string {
  if (typeof value === "string" && value.length <= MAX_NAME) return value;
  throw new BadPacketError(
    `${JSON.stringify(value)?.slice(0, 100)} is not a valid key, user or address`,
  );
}

function portNumber(value: Json | undefined): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65536) {
    return value;
  }
  throw new BadPacketError(`${JSON.stringify(value)?.slice(0, 100)} is not a port`);
}
