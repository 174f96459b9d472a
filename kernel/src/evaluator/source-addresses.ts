/** The address of a cell in stack traces; unlike its name, an address cannot contain spaces. */

const names = new Map<string, string>();

/** An address for a source; `nameOfSource` is the inverse. */
export function addressOfSource(name: string): string {
  const address = encodeURI(name).replace(/%20/g, "-");
  names.set(address, name);
  return address;
}

export function nameOfSource(address: string): string {
  return names.get(address) ?? address;
}
