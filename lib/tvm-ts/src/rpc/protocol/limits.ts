/** What one side accepts from the other; checked before anything is allocated. */

export interface Limits {
  /** Bytes of one packet, without its length. */
  readonly packetBytes: number;
  /** Values of one packed sequence. */
  readonly values: number;
  readonly dimensions: number;
  /** Bytes of one string: a name, a configuration, the text of an error. */
  readonly stringBytes: number;
  /** Bytes of the key with which a connection starts. */
  readonly keyBytes: number;
  /** Bytes of one message between a tracker and others. */
  readonly trackerBytes: number;
}

export const LIMITS: Limits = {
  packetBytes: 2 ** 30,
  values: 1024,
  dimensions: 32,
  stringBytes: 2 ** 24,
  keyBytes: 4096,
  trackerBytes: 2 ** 20,
};
