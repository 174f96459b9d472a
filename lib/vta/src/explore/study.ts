/**
 * A study: one resumable search of a space, with all its trials.
 */

import { UsageError } from "tvm-ts";
import type { Engine, EngineSession, MeasureOptions, TrialResult } from "./engine";
import { exploreHost } from "./explore-host";
import { knobImportance } from "./importance";
import type { KnobValues } from "./knobs";
import { Random } from "./random";
import {
  ERROR,
  FAILED_COST,
  formatRecord,
  parseRecords,
  TVM_VERSION,
  recordStore,
  sameWorkload,
  type Measures,
  type TuningRecord,
} from "../records";
import type { RecordStore } from "../records";
import type { Profile } from "../sim";
import type { SearchSpace } from "./search-space";
import type { ScheduledProgram } from "./templates";
import { exhaustive, type Outcome, type Strategy } from "./strategies";
import { profileTrial } from "./trial";
import type { Refusal } from "./verdict";

export interface StudyOptions extends MeasureOptions {
  /** How configurations are chosen; all of them, in order, if left out. */
  readonly strategy?: Strategy;
  /** The largest number of trials, resumed ones included; refusals do not count. */
  readonly budget?: number;
  /** The same seed gives the same trials. */
  readonly seed?: number;
  /** The measure that is minimized; `cycles` if left out. */
  readonly objective?: string;
  /** Where records are appended, and a study is resumed from: a file's path, or a store. */
  readonly records?: string | RecordStore;
  /** The engine; worker threads, one for each processor, if left out. */
  readonly engine?: Engine;
  /** Called after each trial. */
  readonly onTrial?: (trial: Trial, study: Study) => void;
}

/** A configuration that was tried. */
export interface Trial {
  /** The number of the trial in its study, from 0, in the order of proposal. */
  readonly number: number;
  readonly index: number;
  readonly values: KnobValues;
  /** Empty for a failure. */
  readonly measures: Measures;
  /** Why it failed. */
  readonly error?: string;
  /** Seconds that the trial took. */
  readonly seconds: number;
}

/** VTA's clock on the reference's boards, which converts cycles to seconds in records. */
export const CLOCK_HZ = 100e6;

export class Study {
  readonly space: SearchSpace;
  private readonly done = new Map<number, Trial>();
  private readonly refused = new Map<number, Refusal>();
  /** Configurations that were checked and can be used, as far as their schedules show. */
  private readonly allowed = new Set<number>();
  private readonly records: RecordStore | undefined;
  private bar: ProgressBar | undefined;
  private running = false;

  /** @throws UsageError for invalid options. */
  constructor(
    space: SearchSpace,
    private readonly options: StudyOptions = {},
  ) {
    this.space = space;
    const { budget, objective, records } = options;
    this.records = records === undefined ? undefined : recordStore(records);
    if (budget !== undefined && !(Number.isInteger(budget) && budget >= 1)) {
      throw new UsageError(
        "explore-study",
        `the budget is ${budget}; it must be an integer of at least 1`,
      );
    }
    if (objective === "")
      throw new UsageError("explore-study", "the objective is empty; name a measure: cycles");
    this.resume();
  }

  get objective(): string {
    return this.options.objective ?? "cycles";
  }

  /** The trials, in the order in which they were proposed. */
  get trials(): readonly Trial[] {
    return [...this.done.values()].sort((a, b) => a.number - b.number);
  }

  /** Configurations that were checked and cannot be used, with the reason. */
  get refusals(): ReadonlyMap<number, Refusal> {
    return this.refused;
  }

  /** The trial with the lowest objective, the lower index among equals; undefined before there is one. */
  get best(): (Trial & { program(): ScheduledProgram }) | undefined {
    const [best] = this.ranked;
    if (best === undefined) return undefined;
    return { ...best, program: () => this.space.program(best.index) };
  }

  /** The trials that succeeded, the best first. */
  get ranked(): readonly Trial[] {
    return this.trials
      .filter((trial) => this.cost(trial) < Infinity)
      .sort((a, b) => this.cost(a) - this.cost(b) || a.index - b.index);
  }

  /**
   * The Pareto front: trials that no other trial beats in all `measures` at once, sorted by the first
   * measure.
   * @throws UsageError when a trial has no such measure.
   */
  front(measures: readonly string[]): readonly Trial[] {
    const values = (trial: Trial): number[] =>
      measures.map((name) => {
        const value = trial.measures[name];
        if (value !== undefined) return value;
        throw new UsageError(
          "explore-study",
          `trials have no measure ${name}; there are ${Object.keys(trial.measures).join(", ")}`,
        );
      });
    const succeeded = this.ranked.map((trial) => ({ trial, at: values(trial) }));
    const dominates = (a: readonly number[], b: readonly number[]): boolean =>
      a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
    return succeeded
      .filter(({ at }) => !succeeded.some((other) => dominates(other.at, at)))
      .sort((a, b) => a.at[0]! - b.at[0]! || a.trial.index - b.trial.index)
      .map(({ trial }) => trial);
  }

  /** By knob: the share of the variance of the objective's logarithm that its choice explains alone. */
  get importance(): Readonly<Record<string, number>> {
    const names = this.space.configs.knobs.map(({ name }) => name);
    const samples = this.ranked.map((trial) => ({ values: trial.values, cost: this.cost(trial) }));
    return knobImportance(names, samples);
  }

  /**
   * The profile of a configuration on the study's accelerator and cycle model.
   * @throws UsageError when the configuration cannot be compiled.
   */
  profile(index: number): Profile {
    return profileTrial(this.space, index, this.options.model);
  }

  /** The number of refusals by cause. */
  get refusalCounts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { cause } of this.refused.values()) counts[cause] = (counts[cause] ?? 0) + 1;
    return counts;
  }

  /**
   * Searches until the budget is used up, continuing where an earlier run or another process stopped: trials
   * in the records are not repeated.
   * @throws UsageError when the study is running already.
   */
  async run(): Promise<this> {
    if (this.running)
      throw new UsageError("explore-study", "the study is running already; await its run() first");
    this.running = true;
    const { engine = exploreHost().workerThreads(), model, check, measures } = this.options;
    let session: EngineSession | undefined;
    if (engine.isInstant !== true) {
      this.bar = progressBar(this.options.budget ?? this.space.size, this.space.task);
    }
    try {
      session = await engine.open(this.space, {
        ...(model !== undefined && { model }),
        ...(check !== undefined && { check }),
        ...(measures !== undefined && { measures }),
      });
      await this.search(session);
      this.bar?.complete();
    } finally {
      this.running = false;
      this.bar?.finish();
      await session?.close();
    }
    return this;
  }

  private async search(session: EngineSession): Promise<void> {
    const { strategy = exhaustive, seed = 0, budget = this.space.size } = this.options;
    const search = strategy.start({
      configs: this.space.configs,
      task: this.space.task,
      args: this.space.args,
      random: new Random(seed),
      budget,
      isAllowed: (index) => this.isAllowed(index),
      estimate: (index) => (this.objective === "cycles" ? this.space.estimate(index) : undefined),
    });
    const proposed: number[] = [];
    const outcomes: Outcome[] = [];
    for (;;) {
      const batch = search.next(outcomes);
      if (batch.length === 0) return;
      const first = proposed.length;
      proposed.push(...batch);
      const isSpent = await this.measureBatch(session, batch, first, budget);
      for (const index of batch) {
        const trial = this.done.get(index);
        // A refusal by the compiler is passed to the strategy like a failure.
        if (trial !== undefined || this.refused.has(index)) {
          outcomes.push({ index, cost: trial === undefined ? Infinity : this.cost(trial) });
        }
      }
      if (isSpent) return;
    }
  }

  /**
   * Measures a batch; returns true once the budget is used up. Trials start in the order of the batch, and
   * only as many as the budget allows, so that the counted trials do not depend on the workers.
   */
  private async measureBatch(
    session: EngineSession,
    batch: readonly number[],
    first: number,
    budget: number,
  ): Promise<boolean> {
    const pending = new Set<Promise<void>>();
    let failure: unknown;
    // The trials counted before this batch, and those of the batch that are in the records.
    let counted = [...this.done.values()].filter(({ number }) => number < first).length;
    let underWay = 0;
    for (const [i, index] of batch.entries()) {
      if (this.refused.has(index)) continue;
      const existing = this.done.get(index);
      while (
        pending.size >= session.workers ||
        (pending.size > 0 && counted + underWay >= budget)
      ) {
        await Promise.race(pending);
        if (failure !== undefined) throw failure;
      }
      if (counted + underWay >= budget) break;
      if (existing !== undefined) {
        counted++;
        continue;
      }
      underWay++;
      const trial = session
        .measure(index)
        .then((result) => {
          underWay--;
          if (this.accept(first + i, index, result)) counted++;
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => pending.delete(trial));
      pending.add(trial);
    }
    await Promise.all(pending);
    if (failure !== undefined) throw failure;
    return counted >= budget;
  }

  /** Stores a result; returns whether it counts as a trial. */
  private accept(number: number, index: number, result: TrialResult): boolean {
    if (result.kind === "refused") {
      this.refused.set(index, result.refusal);
      return false;
    }
    const values = this.space.values(index);
    const { seconds } = result;
    const trial: Trial =
      result.kind === "measured"
        ? { number, index, values, measures: result.measures, seconds }
        : { number, index, values, measures: {}, error: result.error, seconds };
    this.records?.append(formatRecord(this.toRecord(trial, result)));
    this.done.set(index, trial);
    this.options.onTrial?.(trial, this);
    this.bar?.update(this.done.size, this.note());
    return true;
  }

  private toRecord(trial: Trial, result: TrialResult): TuningRecord {
    const { number, index, measures, error, seconds } = trial;
    const { cycles } = measures;
    return {
      target: this.target(index),
      task: this.space.task,
      args: this.space.args,
      index,
      entity: this.space.configs.entity(index),
      costs: [error === undefined ? (cycles ?? 0) / CLOCK_HZ : FAILED_COST],
      errorNo: result.kind === "failed" ? result.errorNo : ERROR.none,
      allCost: seconds,
      timestamp: Date.now() / 1000,
      tvmVersion: TVM_VERSION,
      note: { trial: number, measures, ...(error !== undefined && { error }) },
    };
  }

  /** The target of records: the accelerator, and the cycle model unless it is the reference's. */
  private target(index: number): string {
    const env = this.space.environment(index);
    const model = this.space.model(index) ?? this.options.model;
    return model === undefined || model === "de10" ? env.target : `${env.target}_${model}`;
  }

  /** Loads the trials of this space from the records. */
  private resume(): void {
    const text = this.records?.read() ?? "";
    for (const record of parseRecords(text).records) {
      const { note, index, entity, allCost } = record;
      if (note === undefined || !sameWorkload(record, this.space)) continue;
      if (index >= this.space.size || this.target(index) !== record.target) continue;
      if (JSON.stringify(this.space.configs.entity(index)) !== JSON.stringify(entity)) continue;
      this.done.set(index, {
        number: note.trial,
        index,
        values: this.space.values(index),
        measures: note.measures,
        ...(note.error !== undefined && { error: note.error }),
        seconds: allCost,
      });
    }
  }

  private isAllowed(index: number): boolean {
    if (this.refused.has(index)) return false;
    if (this.allowed.has(index) || this.done.has(index)) return true;
    const refusal = this.space.refusal(index);
    if (refusal === undefined) this.allowed.add(index);
    else this.refused.set(index, refusal);
    return refusal === undefined;
  }

  private cost({ measures, error }: Trial): number {
    return error === undefined ? (measures[this.objective] ?? Infinity) : Infinity;
  }

  /** The text after the progress bar. */
  private note(): string {
    const [best] = this.ranked;
    const refused = `${this.refused.size} refused`;
    if (best === undefined) return refused;
    const cost = Math.round(this.cost(best)).toLocaleString("en-US");
    return `best ${cost} ${this.objective} (configuration ${best.index}), ${refused}`;
  }
}

/** The notebook's progress bar, where there is one. */
interface ProgressBar {
  update(done: number, note?: string): void;
  complete(): void;
  finish(): void;
}

function progressBar(total: number, label: string): ProgressBar | undefined {
  const { progress } = globalThis as {
    progress?: { bar?: (total: number, label: string) => ProgressBar };
  };
  return progress?.bar?.(total, label);
}
