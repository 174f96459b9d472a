export { annealing, type AnnealingOptions } from "./annealing";
export { exhaustive } from "./exhaustive";
export { genetic, type GeneticOptions } from "./genetic";
export { nearest, type NearestOptions } from "./nearest";
export { randomSearch } from "./random-search";
export { type Outcome, type Search, type SearchProblem, type Strategy } from "./strategy";
