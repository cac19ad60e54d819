/** Hold-out quality: popularity, retrain and incremental, side by side. */
export { EvaluateInput } from './errors.ts';
export {
  evaluate,
  modelNames,
  type EvaluateOptions,
  type EvaluateSource,
  type Evaluation,
  type ModelName,
} from './evaluate.ts';
export type { Judgement } from './judge.ts';
export { protocols } from './protocols.ts';
export { predictionRows, topNRows } from './rows.ts';
