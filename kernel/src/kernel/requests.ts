/** Reads requests: a field of a wrong type makes the request invalid. */

import type { Json } from "../wire";

/** An invalid request; it is answered with an error. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

export function stringField(content: Json, name: string): string {
  const value = content[name];
  if (typeof value !== "string") throw new BadRequest(`"${name}" is not a string`);
  return value;
}

export function numberField(content: Json, name: string): number {
  const value = content[name];
  if (typeof value !== "number") throw new BadRequest(`"${name}" is not a number`);
  return value;
}

/** An object, empty if it is left out. */
export function objectField(content: Json, name: string): Json {
  const value = content[name] ?? {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new BadRequest(`"${name}" is not an object`);
  }
  return value as Json;
}

export function flag(content: Json, name: string, otherwise: boolean): boolean {
  const value = content[name];
  return typeof value === "boolean" ? value : otherwise;
}

/** The content of an `execute_request`. */
export interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly userExpressions: Readonly<Record<string, string>>;
  readonly allowStdin: boolean;
  readonly stopOnError: boolean;
}

export function executeRequest(content: Json): ExecuteRequest {
  const silent = flag(content, "silent", false);
  const expressions = Object.entries(objectField(content, "user_expressions"));
  return {
    code: stringField(content, "code"),
    silent,
    storeHistory: !silent && flag(content, "store_history", true),
    userExpressions: Object.fromEntries(
      expressions.map(([name, expression]) => [name, String(expression)]),
    ),
    allowStdin: flag(content, "allow_stdin", false),
    stopOnError: flag(content, "stop_on_error", true),
  };
}
