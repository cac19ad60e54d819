import { expect } from 'vitest';
import { eventually } from '../support/kafka/eventually.ts';
import { Random } from '../support/random.ts';
import { grownAlike } from './history.ts';
import type { Runbook } from './runbook.ts';
import { Taste } from './taste.ts';
import type { Trial } from './trial.ts';

/** Six hours of the rule last three quarters of a minute. */
const factor = 480;
/** Figures are told each so many versions, and each epoch of `train` makes one: so few records make one here. */
const manyVersions = { MILLRACE_LIMITS_MAXRECORDS: '8' };
const day_s = 24 * 60 * 60;
const events = 'millrace_model_judged_events_total';
const gains = 'millrace_model_judged_ndcg_at_10_total';

export const qualityDrop: Runbook = {
  alert: 'MillraceQualityDrop',
  cause: 'a generation is adopted that takes everybody for alike',
  try: async trial => {
    const taste = new Taste(trial, new Random(11));
    await taste.rate(12);
    await trial.millrace('run --until-caught-up');
    await trial.begin('serve', 'millrace serve');
    const run = await trial.begin('run', 'millrace run', manyVersions);
    const good = await foretold(trial, () => taste.rate(3));
    trial.tell(`nDCG@10 of the lists is ${good.toFixed(3)} while they are good`);
    await trial.watch({ factor, roles: ['run', 'serve'], history: historyOf(good) });
    await trial.millrace('retrain --share 1% --set factors=1 --set regularisation.strength=1000 --wait');
    await trial.millrace('models use 2 --wait');
    const bad = await foretold(trial, () => taste.rate(4));
    trial.tell(`and ${bad.toFixed(3)} now`);
    expect(await trial.fires()).toHaveLength(1);
    await trial.ask('max by (policy, generation) (millrace_model_policy_ndcg_at_10_ratio)');
    await trial.follow('millrace models');
    await trial.follow('millrace dead-letters list --by-reason');
    await trial.follow('millrace models rollback --wait');
    expect(await foretold(trial, () => taste.rate(4))).toBeGreaterThan(0.8 * good);
    await trial.clears();
    await run.stop();
    await taste.hasLostNothing();
  },
};

interface Judged {
  readonly events: number;
  readonly gains: number;
}

async function judged(trial: Trial): Promise<Judged> {
  const text = await (await fetch(`${trial.urlOf('serve')}/metrics`)).text();
  const valueOf = (name: string): number =>
    Number(new RegExp(`^${name}\\{events="warm"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return { events: valueOf(events), gains: valueOf(gains) };
}

/** The nDCG of what comes of it, once all of it is learnt. */
async function foretold(trial: Trial, sent: () => Promise<void>): Promise<number> {
  const from = await judged(trial);
  await sent();
  await eventually(async () => (await lagOf(trial)) === 0, 'nothing is behind');
  const to = await judged(trial);
  return (to.gains - from.gains) / (to.events - from.events);
}

async function lagOf(trial: Trial): Promise<number> {
  const text = await (await fetch(`${trial.urlOf('run')}/metrics`)).text();
  const lags = [...text.matchAll(/^millrace_topology_lag_records\{.*\} (\S+)$/gm)].map(([, lag]) => Number(lag));
  return lags.length === 0 ? Infinity : lags.reduce((sum, lag) => sum + lag, 0);
}

/** Eight days in which lists were as good as they have just been measured to be, a thousand events an hour. */
function historyOf(good: number): string {
  const labels = 'events="warm",job="millrace-serve",instance="before"';
  const rate = 1_000 / 3_600;
  const grown = [
    { name: events, labels, rate },
    { name: gains, labels, rate: rate * good },
  ];
  const now = Math.floor(Date.now() / 1_000);
  return grownAlike(grown, now - 8 * day_s, now - 60, 300);
}
