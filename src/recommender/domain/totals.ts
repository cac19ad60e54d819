/** How well the published model had estimated what it then learnt, summed up. */
import type { Prequential as Published } from '../../../schemas/types.ts';
import type { Errors, Prequential } from '../../als/index.ts';
import { tenantOf } from './tenant.ts';

/** Errors of all events, and of those whose user and item the published model both knew. */
export interface Judged extends Errors {
  readonly warm: Errors;
}

/** The number of its own version, and the event time of the newest event in it. */
export interface ToldTenant {
  readonly number: number;
  readonly time: number;
}

/** What is summed up, and what the version before was. */
export interface Totals extends Judged {
  readonly hash: string;
  readonly parentHash: string;
  /** Of the newest event learnt. */
  readonly time: number;
  /** What each tenant was told of last: a version that brings it no vector is none of its own. Absent in earlier releases. */
  readonly tenants?: Readonly<Record<string, ToldTenant>> | undefined;
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

/** With number and newest event of those tenants for whom the version is another than the one before. */
export function timed(
  { time, tenants = {} }: Pick<Totals, 'time' | 'tenants'>,
  newest: ReadonlyMap<string, number>,
  news: readonly (readonly [tenant: string, number: number])[],
): Pick<Totals, 'time' | 'tenants'> {
  const told = news.map(
    ([tenant, number]) =>
      [tenant, { number, time: Math.max(newest.get(tenant) ?? 0, tenants[tenant]?.time ?? 0) }] as const,
  );
  return { time: Math.max(time, ...newest.values()), tenants: { ...tenants, ...Object.fromEntries(told) } };
}

/** Once a version of the model has this hash; `times` are those of what it has learnt. */
export const afterVersion = (totals: Totals, hash: string, times: Pick<Totals, 'time' | 'tenants'>): Totals => ({
  ...totals,
  ...times,
  parentHash: totals.hash,
  hash,
});

/** In the order of their time: the last one of each tenant. */
export const newestOf = (events: readonly { readonly userId: string; readonly time: number }[]): Map<string, number> =>
  new Map(events.map(({ userId, time }) => [tenantOf(userId), time]));
