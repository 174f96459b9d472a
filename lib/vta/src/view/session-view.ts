/** A notebook's session as a front end shows it: the environment in force, and the variables of cells. */

import { IRModule, runtime, te, tir, TrackerSession, TvmError, type TrackerSummary } from "tvm-ts";
import { ExecutionTrace, type ProfilerStats } from "../accelerator";
import { getEnv } from "../compiler";
import { environmentView, type EnvironmentView } from "./environment-view";
import { statisticsView, type StatisticsView } from "./statistics-view";
import { variableFacts, type SessionVariable } from "./variable-fact";

export type ObjectKind = "schedule" | "function" | "module" | "trace";

/** A variable of a type that the session panel lists. */
export interface ObjectFact {
  readonly name: string;
  readonly kind: ObjectKind;
  /** A short description. */
  readonly text: string;
}

export interface SessionView {
  readonly version: 1;
  /** The environment that `getEnv()` returns. */
  readonly environment: EnvironmentView;
  /** The counters of the last call of a program; missing before the first. */
  readonly lastCall?: StatisticsView;
  /** In the order in which they were declared. */
  readonly objects: readonly ObjectFact[];
  /** The names of variables that are connections with trackers. */
  readonly trackers: readonly string[];
  /** All variables, in the order in which they were declared. */
  readonly variables?: readonly SessionVariable[];
}

/** A tracker's reply, or why there is none. */
export type TrackerFact = { readonly name: string; readonly address: string } & (
  { readonly summary: TrackerSummary } | { readonly error: string }
);

export function sessionView(
  variables: ReadonlyMap<string, unknown>,
  lastCall: ProfilerStats,
): SessionView {
  const called = Object.values(lastCall).some((count) => count > 0);
  return {
    version: 1,
    environment: environmentView(getEnv()),
    ...(called && { lastCall: statisticsView(lastCall) }),
    objects: [...variables].flatMap(([name, value]) => {
      const fact = factOf(value);
      return fact === undefined ? [] : [{ name, ...fact }];
    }),
    trackers: [...variables].flatMap(([name, value]) =>
      value instanceof TrackerSession ? [name] : [],
    ),
    variables: variableFacts(variables),
  };
}

/** Queries the trackers that the session's variables are connected to. */
export function trackerFacts(variables: ReadonlyMap<string, unknown>): Promise<TrackerFact[]> {
  const facts = [...variables].flatMap(([name, value]) =>
    value instanceof TrackerSession ? [trackerFact(name, value)] : [],
  );
  return Promise.all(facts);
}

async function trackerFact(name: string, tracker: TrackerSession): Promise<TrackerFact> {
  const { address } = tracker;
  try {
    return { name, address, summary: await tracker.summary({ details: true }) };
  } catch (error) {
    if (!(error instanceof TvmError)) throw error;
    return { name, address, error: error.message };
  }
}

function factOf(value: unknown): Omit<ObjectFact, "name"> | undefined {
  if (value instanceof te.Schedule) {
    return { kind: "schedule", text: value.stages.map(({ name }) => name).join(", ") };
  }
  if (value instanceof IRModule) {
    return { kind: "function", text: [...value.functions.keys()].join(", ") };
  }
  if (value instanceof tir.PrimFunc) {
    return { kind: "function", text: value.params.map(({ name }) => name).join(", ") };
  }
  if (value instanceof runtime.Module) {
    return { kind: "module", text: value.record.functions.map(({ name }) => name).join(", ") };
  }
  if (value instanceof ExecutionTrace) {
    const count = value.entries.length + value.dropped;
    return { kind: "trace", text: String(count) };
  }
  return undefined;
}
