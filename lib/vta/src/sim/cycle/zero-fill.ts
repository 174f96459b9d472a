/**
 * The timing of padding: zeros are written one element per cycle, in cycles without data. Each
 * client of the memory interface loads one tile at a time.
 */

const CLIENTS = 5;

/** Subtracts up to `limit` from an element. @returns the amount */
function take(from: Float64Array, index: number, limit: number): number {
  const taken = Math.max(0, Math.min(from[index]!, limit));
  from[index]! -= taken;
  return taken;
}

export class ZeroFill {
  /** By client: the next cycle, elements before the data, rows without padding, elements after. */
  private readonly at = new Float64Array(CLIENTS);
  private readonly first = new Float64Array(CLIENTS);
  private readonly skipped = new Float64Array(CLIENTS);
  private readonly last = new Float64Array(CLIENTS);

  /** Starts a load: `at` is the first cycle in which a zero can be written. */
  start(client: number, at: number, first: number, skipped: number, last: number): void {
    this.at[client] = at;
    this.first[client] = first;
    this.skipped[client] = skipped;
    this.last[client] = last;
  }

  private left(client: number): number {
    return this.first[client]! + this.skipped[client]! + this.last[client]!;
  }

  /**
   * Writes zeros around data that arrive in cycles `begin` to `end`.
   * @returns the cycles of zero writes before `begin`
   */
  fill(client: number, begin: number, end: number): number {
    if (this.left(client) === 0) return 0;
    const { first, skipped, last } = this;
    const from = this.at[client]!;
    let at = from;
    at += take(first, client, begin - at);
    at += take(skipped, client, begin - at);
    at += take(last, client, begin - at);
    const before = at - from;
    // Rows without padding are skipped even while data arrive.
    if (at >= begin && first[client] === 0) at += take(skipped, client, end + 1 - at);
    this.at[client] = this.left(client) > 0 ? Math.max(at, end + 1) : at;
    return before;
  }

  /** The first cycle in which all zeros are written, without further data. */
  finish(client: number): number {
    return this.at[client]! + this.left(client);
  }
}
