/** Converts any thrown value to a report that can be sent and shown. */

import { inspect } from "../hosts/node/inspect";
import type { ErrorNote, ErrorReport } from "./messages";
import { framesOf, isLibraryFile } from "./stack";

/** The additional properties of the library's errors. */
interface RichError extends Error {
  readonly code?: unknown;
  readonly sentence?: unknown;
  readonly place?: ErrorNote["place"];
  readonly notes?: readonly ErrorNote[];
}

/** Chains of causes are cut at this length, because they can be circular. */
const CAUSE_LIMIT = 5;

export function reportError(thrown: unknown): ErrorReport {
  try {
    return describe(thrown, 0);
  } catch {
    return messageReport("a value that throws an error when it is formatted");
  }
}

function describe(thrown: unknown, depth: number): ErrorReport {
  if (!(thrown instanceof Error)) {
    return messageReport(typeof thrown === "string" ? thrown : inspect(thrown));
  }
  const error = thrown as RichError;
  const fromLibrary = typeof error.sentence === "string";
  const { cause } = error;
  return {
    name: String(error.name),
    message: fromLibrary ? String(error.sentence) : messageOf(error),
    code: fromLibrary ? String(error.code) : undefined,
    // Internal errors of the library are reported with its frames.
    frames: framesOf(String(error.stack ?? ""), error.code === "internal"),
    place: fromLibrary ? usersPlace(error.place) : undefined,
    // Notes that point into a library do not help users.
    notes: fromLibrary
      ? (error.notes ?? []).filter(
          ({ place }) => place === undefined || usersPlace(place) !== undefined,
        )
      : [],
    cause: cause === undefined || depth === CAUSE_LIMIT ? undefined : describe(cause, depth + 1),
  };
}

function messageReport(message: string): ErrorReport {
  return {
    name: "Thrown",
    message,
    code: undefined,
    frames: [],
    place: undefined,
    notes: [],
    cause: undefined,
  };
}

function usersPlace(place: ErrorNote["place"]): ErrorNote["place"] {
  return place === undefined || isLibraryFile(place.file) ? undefined : { ...place };
}

function messageOf(error: Error): string {
  if (!(error instanceof AggregateError)) return String(error.message);
  const parts = error.errors.map((part) => `  ${String(part)}`);
  return [String(error.message), ...parts].join("\n").trim();
}
