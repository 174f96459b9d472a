/** A profile as front ends draw it: a card of numbers, and the instructions with their cycles. */

import { STALL_CAUSES, type StallCause } from "../accelerator";
import type { Advice, ModuleName, ModuleStalls, Profile, StageCost } from "../sim";
import { traceView, type TraceView } from "./trace-view";

/** A line of the lowered program with its cost. */
export interface StatementFact {
  readonly module: ModuleName;
  readonly work: number;
  readonly share: number;
  /** On one line, cut where it is long. */
  readonly statement: string;
}

export interface ProfileView {
  readonly version: 1;
  /** The name of the hardware's timing model. */
  readonly model: string;
  readonly cycles: number;
  readonly instructions: number;
  readonly bytes: number;
  /** Block products a cycle, at most 1. */
  readonly gemmUtilization: number;
  /** Cycles of fetch, load, compute and store by their causes. */
  readonly modules: ModuleStalls;
  readonly causes: readonly StallCause[];
  readonly advice: readonly Pick<
    Advice,
    "condition" | "measured" | "measure" | "change" | "gain"
  >[];
  /** The differences between the hardware and a simulator of values. */
  readonly hazards: readonly string[];
  readonly stages: readonly StageCost[];
  readonly statements: readonly StatementFact[];
  readonly trace: TraceView;
}

/** The most instructions of a profile's view, because a notebook stores all of them. */
const LIMIT = 20_000;
const STATEMENTS = 20;
const STATEMENT_LENGTH = 160;

export function profileView(profile: Profile): ProfileView {
  const { model, cycles, instructions, totalBytes, gemmUtilization, modules, stages } = profile;
  return {
    version: 1,
    model: model.name,
    cycles,
    instructions,
    bytes: totalBytes,
    gemmUtilization,
    modules,
    causes: STALL_CAUSES,
    advice: profile.explain().map(({ condition, measured, measure, change, gain }) => ({
      condition,
      measured,
      measure,
      change,
      gain,
    })),
    hazards: profile.hazards.map(
      ({ rule, index, text }) => `instruction ${index}, ${rule}: ${text}`,
    ),
    stages,
    statements: statementFacts(profile),
    trace: traceView(profile.trace({ limit: LIMIT })),
  };
}

/** The most expensive statements. */
export function statementFacts({ statements }: Profile): StatementFact[] {
  return statements.slice(0, STATEMENTS).map(({ module, work, share, statement }) => ({
    module,
    work,
    share,
    statement: statement.replace(/\s+/g, " ").slice(0, STATEMENT_LENGTH),
  }));
}
