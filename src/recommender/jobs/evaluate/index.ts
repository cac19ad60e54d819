/** Hold-out quality: popularity, retrain and incremental, side by side. */
export { type BootstrapOptions, type Interval } from './bootstrap.ts';
export type { Gain, Gains } from './compared.ts';
export { EvaluateInput } from './errors.ts';
export { evaluate, modelNames, type EvaluateOptions, type Evaluation, type ModelName } from './evaluate.ts';
export type { Judgement } from './judge.ts';
export { protocols } from './protocols.ts';
export { predictionRows, topNRows } from './rows.ts';
export type { EvaluateSource } from './sources.ts';
