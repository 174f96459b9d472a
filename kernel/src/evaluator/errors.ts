/** Turns whatever was thrown into a report that can be sent and shown. */

import { inspect } from "../hosts/node/inspect";
import type { ErrorNote, ErrorReport } from "./messages";
import { framesOf, isLibraryFile } from "./stack";

/** What the library's errors have beyond JavaScript's. */
interface RichError extends Error {
  readonly code?: unknown;
  readonly sentence?: unknown;
  readonly place?: ErrorNote["place"];
  readonly notes?: readonly ErrorNote[];
}

/** Chains of causes are cut here, since they may be circular. */
const CAUSE_LIMIT = 5;

export function reportError(thrown: unknown): ErrorReport {
  try {
    return describe(thrown, 0);
  } catch {
    return bareReport("something that throws an error itself when it is looked at");
  }
}

function describe(thrown: unknown, depth: number): ErrorReport {
  if (!(thrown instanceof Error)) {
    return bareReport(typeof thrown === "string" ? thrown : inspect(thrown));
  }
  const error = thrown as RichError;
  const fromLibrary = typeof error.sentence === "string";
  const { cause } = error;
  return {
    name: String(error.name),
    message: fromLibrary ? String(error.sentence) : messageOf(error),
    code: fromLibrary ? String(error.code) : undefined,
    // A mistake of the library's own is easier to report with its frames.
    frames: framesOf(String(error.stack ?? ""), error.code === "internal"),
    place: fromLibrary ? usersPlace(error.place) : undefined,
    // A note that points into a library says nothing to those who did not write it.
    notes: fromLibrary
      ? (error.notes ?? []).filter(
          ({ place }) => place === undefined || usersPlace(place) !== undefined,
        )
      : [],
    cause: cause === undefined || depth === CAUSE_LIMIT ? undefined : describe(cause, depth + 1),
  };
}

function bareReport(message: string): ErrorReport {
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
