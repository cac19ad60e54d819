import { expect } from 'vitest';
import { eventually } from '../support/kafka/eventually.ts';
import { Random } from '../support/random.ts';
import { Crowd } from './crowd.ts';
import { grownAlike } from './history.ts';
import { foretold, rateAndLearn } from './learnt.ts';
import type { Runbook } from './runbook.ts';

/** Six hours of the rule last three quarters of a minute. */
const factor = 480;
const day_s = 24 * 60 * 60;
const enough = 1_500;

export const qualityDrop: Runbook = {
  alert: 'MillraceQualityDrop',
  cause: 'a generation is adopted that takes everybody for alike',
  try: async trial => {
    const crowd = new Crowd(trial, new Random(11));
    await crowd.begin(8);
    await trial.millrace('run --until-caught-up');
    // Else a generation that the growth of so small a shop calls for may mend it before anybody has followed the page.
    trial.environment['MILLRACE_MODEL_GENERATIONS_AUTOMATIC'] = 'false';
    await trial.begin('serve', 'millrace serve');
    const run = await trial.begin('run', 'millrace run');
    const good = await foretold(trial, crowd, enough);
    trial.tell(`nDCG@10 of the lists is ${good.toFixed(3)} while they are good`);
    await trial.watch({ factor, roles: ['run', 'serve'], history: goodWeekOf(good) });
    await trial.millrace('retrain --share 1% --set factors=1 --set regularisation.strength=1000 --wait');
    await trial.millrace('models use 2 --wait');
    const bad = await foretold(trial, crowd, enough);
    trial.tell(`and ${bad.toFixed(3)} since the other generation`);
    expect(await trial.fires(() => rateAndLearn(trial, crowd))).toHaveLength(1);
    await trial.ask('max by (policy, generation) (millrace_model_policy_ndcg_at_10_ratio)');
    await trial.follow('millrace models');
    await trial.follow('millrace dead-letters list --by-reason');
    const isMeasured = trial.follow('millrace retrain --shadow --wait');
    await during(isMeasured, () => rateAndLearn(trial, crowd));
    await trial.follow('millrace models rollback --wait');
    const again = await foretold(trial, crowd, enough);
    trial.tell(`and ${again.toFixed(3)} since it was rolled back`);
    expect(again).toBeGreaterThan(0.8 * good);
    await trial.follow('millrace retrain --wait');
    await trial.clears(() => rateAndLearn(trial, crowd));
    await run.stop();
    await crowd.hasLostNothing();
  },
};

/** Does something again and again until what goes on beside it has ended. @throws what that throws */
async function during(beside: Promise<unknown>, again: () => Promise<void>): Promise<void> {
  let isOver = false;
  const goOn = async (): Promise<boolean> => {
    if (!isOver) await again();
    return isOver;
  };
  await Promise.all([beside.finally(() => (isOver = true)), eventually(goOn, 'what goes on beside has ended')]);
}

/** Eight days in which lists were as good as they have just been measured to be, a thousand events an hour. */
function goodWeekOf(good: number): string {
  const labels = 'events="warm",job="millrace-serve",instance="before"';
  const rate = 1_000 / 3_600;
  const grown = [
    { name: 'millrace_model_judged_events_total', labels, rate },
    { name: 'millrace_model_judged_ndcg_at_10_total', labels, rate: rate * good },
  ];
  const now = Math.floor(Date.now() / 1_000);
  return grownAlike(grown, now - 8 * day_s, now - 60, 300);
}
