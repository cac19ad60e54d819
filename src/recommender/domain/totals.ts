/** How well the published model had estimated what it then learnt, summed up. */
import type { Prequential } from '../../../schemas/types.ts';
import type { Errors, Prequential as Judged } from '../../als/index.ts';

/** What is summed up, and what the version before was. */
export interface Totals extends Errors {
  readonly hash: string;
  readonly parentHash: string;
  /** Of the newest event learnt. */
  readonly time: number;
  /** Of events whose user and item the published model both knew. */
  readonly warm: Errors;
}

const noErrors: Errors = { count: 0, squared: 0, absolute: 0 };
export const noTotals: Totals = { hash: '', parentHash: '', time: 0, ...noErrors, warm: noErrors };

/** Before the first version nobody was told anything: what was learnt for it is no prediction. */
export const added = (totals: Totals, { warm, cold }: Judged): Totals =>
  totals.hash === '' ? totals : { ...totals, ...sum(totals, sum(warm, cold)), warm: sum(totals.warm, warm) };

const sum = (a: Errors, b: Errors): Errors => ({
  count: a.count + b.count,
  squared: a.squared + b.squared,
  absolute: a.absolute + b.absolute,
});

export const asPrequential = ({ count, squared, absolute, warm }: Totals): Prequential => ({
  records: count,
  squaredErrorSum: squared,
  absoluteErrorSum: absolute,
  warmRecords: warm.count,
  warmSquaredErrorSum: warm.squared,
  warmAbsoluteErrorSum: warm.absolute,
  rmse: count === 0 ? null : Math.sqrt(squared / count),
  mae: count === 0 ? null : absolute / count,
});
