/** Progress bars: one output that is updated, at most ten times a second, as HTML and as text. */

import type {
  DisplayOptions,
  MimeBundle,
  Progress,
  ProgressBar,
  ProgressOptions,
} from "../../types/api";

const INTERVAL_MS = 100;
const BAR_WIDTH = 24;

type Show = (bundle: MimeBundle, options: DisplayOptions) => void;

let count = 0;

export function createProgress(show: Show): Progress {
  const bar = (total: number, label?: string): ProgressBar => new Bar(show, label, total);

  function progress<Item>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: ProgressOptions = {},
  ) {
    const total = options.total ?? sizeOf(items);
    const start = (): Bar => new Bar(show, options.label, total);
    return Symbol.asyncIterator in items ? followAsync(items, start) : follow(items, start);
  }
  return Object.assign(progress, { bar }) as Progress;
}

function* follow<Item>(items: Iterable<Item>, start: () => Bar): Generator<Item, void, undefined> {
  const bar = start();
  try {
    let done = 0;
    for (const item of items) {
      yield item;
      bar.update(++done);
    }
    bar.complete();
  } finally {
    bar.finish();
  }
}

async function* followAsync<Item>(
  items: AsyncIterable<Item>,
  start: () => Bar,
): AsyncGenerator<Item, void, undefined> {
  const bar = start();
  try {
    let done = 0;
    for await (const item of items) {
      yield item;
      bar.update(++done);
    }
    bar.complete();
  } finally {
    bar.finish();
  }
}

/** The number of items, if it can be determined without iterating. */
function sizeOf(items: object): number | undefined {
  const { length, size } = items as { length?: unknown; size?: unknown };
  if (typeof length === "number") return length;
  return typeof size === "number" ? size : undefined;
}

class Bar implements ProgressBar {
  private readonly id = `progress-${process.pid}-${++count}`;
  private readonly started = performance.now();
  private lastShown = this.started;
  private done = 0;
  private note: string | undefined;
  private finished = false;

  constructor(
    private readonly show: Show,
    private readonly label: string | undefined,
    private total: number | undefined,
  ) {
    show(this.bundle(), { id: this.id, raw: true });
  }

  update(done: number, note?: string): void {
    this.done = done;
    this.note = note;
    const now = performance.now();
    if (this.finished || now - this.lastShown < INTERVAL_MS) return;
    this.lastShown = now;
    this.redraw();
  }

  /** Ends the bar: the total is the number of items so far. */
  complete(): void {
    this.total = this.done;
  }

  finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.redraw();
  }

  private redraw(): void {
    this.show(this.bundle(), { id: this.id, update: true, raw: true });
  }

  private bundle(): MimeBundle {
    const status = this.status();
    const label = this.label === undefined ? "" : `${this.label} `;
    const fraction = this.fraction();
    if (fraction === undefined) {
      return { "text/plain": `${label}${status}`, "text/html": element(label, undefined, status) };
    }
    const filled = Math.round(fraction * BAR_WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    const percent = `${Math.floor(fraction * 100)}%`.padStart(4);
    return {
      "text/plain": `${label}${bar} ${percent} ${status}`,
      "text/html": element(label, fraction, status),
    };
  }

  private fraction(): number | undefined {
    if (this.total === undefined) return undefined;
    return this.total <= 0 ? 1 : Math.min(this.done / this.total, 1);
  }

  private status(): string {
    const elapsed = (performance.now() - this.started) / 1000;
    const ofTotal = this.total === undefined ? "" : `/${this.total}`;
    const parts = [`${this.done}${ofTotal}`, duration(elapsed)];
    const fraction = this.fraction();
    if (fraction !== undefined && fraction > 0 && fraction < 1) {
      parts.push(
        this.finished ? "stopped" : `${duration((elapsed * (1 - fraction)) / fraction)} left`,
      );
    }
    if (this.note !== undefined) parts.push(this.note);
    return parts.join(", ");
  }
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

function element(label: string, fraction: number | undefined, status: string): string {
  const value = fraction === undefined ? "" : ` value="${fraction.toFixed(4)}"`;
  return (
    `<div style="display:flex;align-items:center;gap:8px">${escapeHtml(label)}` +
    `<progress max="1"${value} style="width:240px"></progress>` +
    `<span style="font-variant-numeric:tabular-nums">${escapeHtml(status)}</span></div>`
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
