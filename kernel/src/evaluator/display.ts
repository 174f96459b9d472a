/** Converts values to outputs: a MIME bundle for each value, with several forms. */

import type { Class, DisplayOptions, Displayable, MimeBundle, TextHelper } from "../../types/api";
import { report } from "../hosts/node/evaluator-channel";
import { inspect } from "../hosts/node/inspect";
import { base64 } from "./base64";
import type { SentBundle } from "./messages";
import { recordsBundle } from "./records";

const DISPLAY = Symbol.for("Jupyter.display");

/** Limits for the text form of large values. */
const summary = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 88 };

interface Formatter {
  readonly type: Class<unknown>;
  format(value: unknown): MimeBundle | Promise<MimeBundle>;
}

export class Displays {
  private readonly formatters: Formatter[] = [];
  /** Asynchronous outputs that are pending. */
  private readonly pending = new Set<Promise<void>>();

  registerFormatter<Value>(
    type: Class<Value>,
    format: (value: Value) => MimeBundle | Promise<MimeBundle>,
  ): void {
    this.formatters.unshift({ type, format: format as Formatter["format"] });
  }

  readonly display = (value: unknown, options: DisplayOptions = {}): void => {
    const bundle = options.raw === true ? (value as MimeBundle) : this.bundleOf(value);
    const show = (data: MimeBundle): void =>
      report({
        kind: "display",
        bundle: { data: sendable(checked(data), value), metadata: { ...options.metadata } },
        id: options.id,
        update: options.update === true,
      });
    if (!isPromise(bundle)) {
      show(bundle);
      return;
    }
    const shown = bundle.then(show).finally(() => this.pending.delete(shown));
    this.pending.add(shown);
  };

  /** Begins a cell, which does not wait for pending outputs of earlier cells. */
  begin(): void {
    this.pending.clear();
  }

  /** Waits for the cell's pending outputs; rejects if one fails. */
  async waitForOutputs(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** The MIME bundle of a cell's value; undefined for `undefined`. */
  async result(value: unknown): Promise<SentBundle | undefined> {
    if (value === undefined) return undefined;
    const bundle = checked(await this.bundleOf(value));
    return Object.keys(bundle).length === 0
      ? undefined
      : { data: sendable(bundle, value), metadata: {} };
  }

  private bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
    const formatter = this.formatters.find(({ type }) => value instanceof type);
    if (formatter !== undefined) return formatter.format(value);
    const method = (value as Record<symbol, unknown> | null | undefined)?.[DISPLAY];
    if (typeof method === "function") return method.call(value) as MimeBundle | Promise<MimeBundle>;
    return { ...recordsBundle(value), "text/plain": plainText(value) };
  }
}

function plainText(value: unknown): string {
  return inspect(value, summary);
}

function isPromise(value: MimeBundle | Promise<MimeBundle>): value is Promise<MimeBundle> {
  return typeof (value as Partial<Promise<MimeBundle>> | null | undefined)?.then === "function";
}

/** The result of a value's own display method. @throws Error if it is not a bundle. */
function checked(bundle: unknown): MimeBundle {
  if (typeof bundle !== "object" || bundle === null) {
    throw new TypeError(`a value's display is ${inspect(bundle)}, which is not a MIME bundle`);
  }
  return bundle as MimeBundle;
}

/** Converts a bundle of `value` to JSON. */
function sendable(bundle: MimeBundle, value: unknown): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [type, form] of Object.entries(bundle)) {
    if (form !== undefined) data[type] = sendableForm(type, form);
  }
  data["text/plain"] ??= plainText(value);
  return data;
}

function sendableForm(type: string, form: unknown): unknown {
  if (typeof form === "string") return form;
  if (form instanceof Uint8Array) return base64(form);
  // Notebooks with other values there cannot be saved.
  if (/^(?:text|image)\//.test(type)) {
    throw new TypeError(`the ${type} form of a value is ${inspect(form)}, which is not text`);
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(form);
  } catch (error) {
    throw new TypeError(`the ${type} form of a value cannot be written as JSON`, { cause: error });
  }
  if (text === undefined) throw new TypeError(`the ${type} form of a value is a ${typeof form}`);
  return JSON.parse(text) as unknown;
}

/** A helper such as `html`: shows a text or template as one MIME type. */
export function textHelper(mimeType: string, wrap = (text: string): string => text): TextHelper {
  return (first: string | TemplateStringsArray, ...values: readonly unknown[]): Displayable => {
    const text = typeof first === "string" ? first : String.raw({ raw: first }, ...values);
    return new ShownText(mimeType, wrap(text));
  };
}

class ShownText implements Displayable {
  readonly [Symbol.toStringTag] = "ShownText";

  constructor(
    private readonly mimeType: string,
    private readonly text: string,
  ) {}

  /** Its text, for insertion into another template. */
  toString(): string {
    return this.text;
  }

  [DISPLAY](): MimeBundle {
    return { "text/plain": this.text, [this.mimeType]: this.text };
  }
}
