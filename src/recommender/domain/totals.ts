/** How well the published model had estimated what it then learnt, summed up. */
import type { Prequential as Published } from '../../../schemas/types.ts';
import type { Errors, Prequential } from '../../als/index.ts';

/** Errors of all events, and of those whose user and item the published model both knew. */
export interface Judged extends Errors {
  readonly warm: Errors;
}

/** What is summed up, and what the version before was. */
export interface Totals extends Judged {
  readonly hash: string;
  readonly parentHash: string;
  /** Of the newest event learnt. */
  readonly time: number;
}

const noErrors: Errors = { count: 0, squared: 0, absolute: 0 };
export const nothingJudged: Judged = { ...noErrors, warm: noErrors };
export const noTotals: Totals = { hash: '', parentHash: '', time: 0, ...nothingJudged };

/** Before the first version nobody was told anything: what was learnt for it is no prediction. */
export const added = (totals: Totals, errors: Prequential): Totals =>
  totals.hash === '' ? totals : { ...totals, ...judgedWith(totals, errors) };

export const judgedWith = (judged: Judged, { warm, cold }: Prequential): Judged => ({
  ...sum(judged, sum(warm, cold)),
  warm: sum(judged.warm, warm),
});

const sum = (a: Errors, b: Errors): Errors => ({
  count: a.count + b.count,
  squared: a.squared + b.squared,
  absolute: a.absolute + b.absolute,
});

export const asPrequential = ({ count, squared, absolute, warm }: Totals): Published => ({
  records: count,
  squaredErrorSum: squared,
  absoluteErrorSum: absolute,
  warmRecords: warm.count,
  warmSquaredErrorSum: warm.squared,
  warmAbsoluteErrorSum: warm.absolute,
  rmse: count === 0 ? null : Math.sqrt(squared / count),
  mae: count === 0 ? null : absolute / count,
});
