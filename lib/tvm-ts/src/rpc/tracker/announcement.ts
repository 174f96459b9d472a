/**
 * A server's side of a tracker: announces itself, gives a new match key after each client, and
 * announces itself again to a tracker that came back.
 */

import { BadPacketError, sentenceOf } from "../rpc-errors";
import { TrackerCode, type Transport } from "../protocol";
import { TrackerChannel, type Json } from "./message";

export interface AnnouncementOptions {
  /** Opens a connection with the tracker. */
  connect(): Promise<Transport>;
  readonly key: string;
  readonly port: number;
  /** Where clients find the server, if not where its connection comes from. */
  readonly customHost?: string;
  log?(line: string): void;
  /** Milliseconds between looks at the tracker; 2000 if left out, as TVM's servers do. */
  readonly pollMs?: number;
  /** Milliseconds before a lost tracker is tried again. */
  readonly retryMs?: number;
}

/** Looks after which a match key that was given away but not used is replaced. */
const UNUSED_POLLS = 4;

/** One place for a client, under one match key at a time. */
export class Announcement {
  private state: "free" | "taken" | "closed" = "free";
  private current = "";
  private channel: TrackerChannel | undefined;
  private sleeping: (() => void) | undefined;

  constructor(private readonly options: AnnouncementOptions) {
    void this.run();
  }

  /** What a client must present to get this place; `undefined` while it is taken or unknown. */
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
        // Said once, not every second until the tracker is back.
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
    // A tracker that lost us has lost our match key too.
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
        if (!Array.isArray(pending)) throw new BadPacketError("it answers with no list of keys");
        unused = (pending as readonly Json[]).includes(this.current) ? 0 : unused + 1;
        if (unused > UNUSED_POLLS && this.isFree()) {
          this.current = "";
          continue;
        }
      } else {
        // Shows whether the tracker is still there.
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

/** A number that cannot be guessed, as TVM's servers write theirs: `0.46874599425029495`. */
function randomDigits(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return `0.${[...words].map((word) => String(word).padStart(10, "0")).join("")}`;
}

function expectSuccess(answer: Json): void {
  if (answer === TrackerCode.Success) return;
  throw new BadPacketError(`it answers ${JSON.stringify(answer).slice(0, 100)} instead of success`);
}
