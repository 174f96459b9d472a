/** Names of Node's that programs ask for before they use them: a page has none of them. */

// eslint-disable-next-line no-var -- a property of the global object, too
declare var process: { readonly env: Readonly<Record<string, string | undefined>> } | undefined;
