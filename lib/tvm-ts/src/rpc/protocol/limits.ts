/** Limits on received data; they are checked before memory is allocated. */

export interface Limits {
  /** Bytes of a packet, without its length field. */
  readonly packetBytes: number;
  /** Values of a packed sequence. */
  readonly values: number;
  readonly dimensions: number;
  /** Bytes of a string: a name, a configuration, the text of an error. */
  readonly stringBytes: number;
  /** Bytes of the key with which a connection starts. */
  readonly keyBytes: number;
  /** Bytes of a message to or from a tracker. */
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
