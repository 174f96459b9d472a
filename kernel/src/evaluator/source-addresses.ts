/** What engines call a cell in traces, where its own name has spaces that an address cannot have. */

const names = new Map<string, string>();

/** An address for a source; `nameOfSource` finds the name again. */
export function addressOfSource(name: string): string {
  const address = encodeURI(name).replace(/%20/g, "-");
  names.set(address, name);
  return address;
}

export function nameOfSource(address: string): string {
  return names.get(address) ?? address;
}
