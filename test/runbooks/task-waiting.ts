import { expect } from 'vitest';
import { accountFor, logAlone } from './account.ts';
import type { Runbook } from './runbook.ts';
import { Shop } from './shop.ts';

export const taskWaiting: Runbook = {
  alert: 'MillraceTaskWaiting',
  cause: 'the account of the documents does not answer',
  try: async trial => {
    const account = await accountFor(trial);
    const shop = await Shop.open(trial, 500);
    const run = await trial.begin('run', 'millrace run');
    await trial.watch();
    await account.kill();
    await shop.send(100, logAlone);
    await trial.fires();
    await trial.ask('sum by (topology) (millrace_task_waiting)');
    expect(run.said).toMatch(/"event":"task\.waits"/);
    await trial.follow('millrace doctor', { code: 1 });
    expect(run.hasEnded).toBe(false);
    await account.restart();
    await trial.clears();
    await trial.follow('millrace doctor');
    await run.stop();
    await shop.hasLostNothing();
  },
};
