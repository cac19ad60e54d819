import { expect } from 'vitest';
import type { Runbook } from './runbook.ts';
import { Shop } from './shop.ts';

export const lagGrowing: Runbook = {
  alert: 'MillraceLagGrowing',
  cause: 'the workers are killed, and ratings go on coming',
  try: async trial => {
    const shop = await Shop.open(trial);
    await trial.begin('serve', 'millrace serve');
    const run = await trial.begin('run', 'millrace run');
    await trial.watch({ roles: ['run', 'serve'] });
    await run.kill();
    const fired = await trial.fires(() => shop.send(500));
    expect(fired.map(({ labels }) => labels['topology'])).toEqual(expect.arrayContaining(['train', 'intake']));
    await trial.follow('millrace lag --behind');
    await trial.ask('sum by (topology) (rate(millrace_task_records_total[10m]))');
    await trial.follow('millrace topics plan');
    await trial.follow('millrace doctor');
    const again = await trial.begin('run', 'millrace run');
    await trial.clears();
    await trial.untilItSays('millrace lag --behind');
    await again.stop();
    await shop.hasLostNothing();
  },
};
