/** The kinds of devices that code is generated for. */

/** `cpu`, `ext_dev` (an accelerator with an API of its own), or a kind that a target brings. */
export type DeviceKind = string;

/** Settings that a module is compiled for and a device must have: `{LOG_BATCH: 0, ...}`. */
export type Configuration = Readonly<Record<string, string | number>>;

/** The numbers of the kinds in DLPack and in the RPC protocol. */
export const DEVICE_TYPE = { cpu: 1, ext_dev: 12 } as const;

/** A kind's number. DLPack has no numbers for kinds that targets bring: they are extensions (`ext_dev`). */
export function deviceTypeOf(kind: DeviceKind): number {
  return kind === "cpu" ? DEVICE_TYPE.cpu : DEVICE_TYPE.ext_dev;
}
