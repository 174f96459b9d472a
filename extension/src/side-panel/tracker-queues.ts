/**
 * The queues of the session's trackers: updated after every cell, and every few seconds, because other
 * clients' requests change them.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import { table } from "../dom/table";
import type { SessionConnection } from "./connection";
import type { TrackerData } from "./schema";

const REFRESH_MS = 5000;

export class TrackerQueues {
  readonly node = element("div", "jp-tvm-Trackers");
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly connection: SessionConnection | undefined,
    private readonly trans: TranslationBundle,
  ) {
    connection?.trackers.connect(this.draw, this);
    connection?.changed.connect(this.requestSummary, this);
    this.timer = setInterval(() => this.requestSummary(), REFRESH_MS);
    this.requestSummary();
  }

  dispose(): void {
    clearInterval(this.timer);
    this.connection?.trackers.disconnect(this.draw, this);
    this.connection?.changed.disconnect(this.requestSummary, this);
  }

  /** Requests an update, if the session has trackers. */
  private requestSummary(): void {
    const { connection, node } = this;
    const state = connection?.state;
    if (state?.kind !== "known" || state.session.trackers.length === 0) node.replaceChildren();
    else if (!document.hidden) connection?.requestTrackers();
  }

  private draw(_: SessionConnection, trackers: readonly TrackerData[]): void {
    this.node.replaceChildren(...trackers.map((tracker) => this.section(tracker)));
  }

  private section({ name, address, error, summary }: TrackerData): HTMLElement {
    const { trans } = this;
    const heading = element("h3", "", trans.__("Tracker %1 (%2)", name, address));
    if (summary === undefined)
      return element("section", "", heading, element("p", "", error ?? ""));
    const { queues, inUse, waiting } = summary;
    const rows = queues.map(({ key, ...counts }) => [
      key,
      ...[counts.total, counts.free, counts.pending].map(String),
    ]);
    const head = [trans.__("Key"), trans.__("Total"), trans.__("Free"), trans.__("Pending")];
    return element(
      "section",
      "",
      heading,
      rows.length > 0
        ? table(trans.__("Queues"), head, rows)
        : element("p", "", trans.__("No server has announced itself.")),
      ...(inUse !== undefined && inUse.length > 0 ? [this.uses(inUse)] : []),
      ...(waiting !== undefined && waiting.length > 0 ? [this.waitingTable(waiting)] : []),
    );
  }

  private uses(inUse: NonNullable<NonNullable<TrackerData["summary"]>["inUse"]>): HTMLElement {
    const { trans } = this;
    return table(
      trans.__("Servers in use"),
      [trans.__("User"), trans.__("has"), trans.__("since")],
      inUse.map(({ user, key, address, since }) => [user, `${key} ${address}`, timeText(since)]),
    );
  }

  private waitingTable(
    waiting: NonNullable<NonNullable<TrackerData["summary"]>["waiting"]>,
  ): HTMLElement {
    const { trans } = this;
    return table(
      trans.__("Waiting requests"),
      [trans.__("User"), trans.__("waits for"), trans.__("since")],
      waiting.map(({ user, key, since }) => [user, key, timeText(since)]),
    );
  }
}

/** The time of day in the user's locale. */
function timeText(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString();
}
