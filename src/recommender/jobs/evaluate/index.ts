/** Hold-out quality: popularity, retrain and incremental, side by side. */
export type { Interval } from './bootstrap.ts';
export type { Gain } from './compared.ts';
export { EvaluateInput } from './errors.ts';
export { evaluate, modelNames, type EvaluateOptions, type Evaluation, type ModelName } from './evaluate.ts';
export type { Judgement } from './judge.ts';
export { protocols } from './protocols.ts';
export { predictionRows, topNRows } from './rows.ts';
export type { EvaluateSource } from './sources.ts';
export { nonInferiority, type NonInferiority } from './non-inferiority/run.ts';
export { orders, type Order } from './non-inferiority/stream.ts';
export { readRatings } from './read.ts';
export type { Ratings } from './ratings.ts';
