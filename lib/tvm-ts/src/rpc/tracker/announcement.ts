/**
 * A server's connection with a tracker: announces the server, sends a new match key after each
 * client, and announces the server again when a lost tracker is back.
 */

import { BadPacketError, sentenceOf } from "../rpc-errors";
import { TrackerCode, type Transport } from "../protocol";
import { TrackerChannel, type Json } from "./message";

export interface AnnouncementOptions {
  /** Opens a connection with the tracker. */
  connect(): Promise<Transport>;
  readonly key: string;
  readonly port: number;
  /** The server's address for clients, if it differs from that of its connection. */
  readonly customHost?: string;
  log?(line: string): void;
  /** Milliseconds between polls of the tracker; 2000 if left out, as in TVM's servers. */
  readonly pollMs?: number;
  /** Milliseconds before a reconnection to a lost tracker. */
  readonly retryMs?: number;
}

/** Polls after which a match key that was assigned but not used is replaced. */
const UNUSED_POLLS = 4;

/** A slot for a client, with one match key at a time. */
export class Announcement {
  private state: "free" | "taken" | "closed" = "free";
  private current = "";
  private channel: TrackerChannel | undefined;
  private sleeping: (() => void) | undefined;

  constructor(private readonly options: AnnouncementOptions) {
    void this.run();
  }

  /**
   * The match key that a client must present for this slot; `undefined` while it is taken or
   * unannounced.
   */
  get matchKey(): string | undefined {
    return this.state === "free" && this.current !== "" ? this.current : undefined;
  }

  /** A client has come. */
  take(): void {
    this.state = "taken";
  }

  /** The client has left. */
  release(): void {
    if (this.state !== "taken") return;
    this.state = "free";
    this.current = "";
    this.sleeping?.();
  }

  close(): void {
    this.state = "closed";
    this.channel?.transport.close();
    this.sleeping?.();
  }

  private async run(): Promise<void> {
    const { log, retryMs = 1000 } = this.options;
    let lastReason = "";
    while (!this.isClosed()) {
      try {
        await this.serve();
      } catch (error) {
        const reason = sentenceOf(error);
        // Logged once, not at each retry.
        if (reason !== lastReason && !this.isClosed()) log?.(`the tracker is lost: ${reason}`);
        lastReason = reason;
      }
      this.channel?.transport.close();
      this.channel = undefined;
      if (!this.isClosed()) await this.sleep(retryMs);
    }
  }

  private async serve(): Promise<void> {
    const { connect, key, port, customHost, pollMs = 2000 } = this.options;
    const channel = new TrackerChannel(await connect());
    this.channel = channel;
    await channel.sendMagic();
    if (!(await channel.readMagic())) throw new BadPacketError("it closed the connection");
    const info = { key: `server:${key}`, addr: [null, port] };
    expectSuccess(await channel.request([TrackerCode.UpdateInfo, info]));
    // A new connection invalidates the previous match key.
    if (this.state === "free") this.current = "";
    let unused = 0;
    while (!this.isClosed()) {
      if (this.state === "free" && this.current === "") {
        const matchKey = `${key}:${randomDigits()}`;
        this.current = matchKey;
        unused = 0;
        expectSuccess(
          await channel.request([TrackerCode.Put, key, [port, matchKey], customHost ?? null]),
        );
      } else if (this.state === "free") {
        const pending = await channel.request([TrackerCode.GetPendingMatchKeys]);
        if (!Array.isArray(pending)) throw new BadPacketError("its answer is not a list of keys");
        unused = (pending as readonly Json[]).includes(this.current) ? 0 : unused + 1;
        if (unused > UNUSED_POLLS && this.isFree()) {
          this.current = "";
          continue;
        }
      } else {
        // Detects a lost tracker.
        expectSuccess(await channel.request([TrackerCode.Ping]));
      }
      if (this.state !== "free" || this.current !== "") await this.sleep(pollMs);
    }
  }

  private isFree(): boolean {
    return this.state === "free";
  }

  private isClosed(): boolean {
    return this.state === "closed";
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.sleeping = done;
    });
  }
}

/**
 * A random number that cannot be guessed, in the format of TVM's servers: `0.46874599425029495`.
 */
function randomDigits(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return `0.${[...words].map((word) => String(word).padStart(10, "0")).join("")}`;
}

function expectSuccess(answer: Json): void {
  if (answer === TrackerCode.Success) return;
  throw new BadPacketError(
    `it answered ${JSON.stringify(answer).slice(0, 100)} instead of success`,
  );
}
