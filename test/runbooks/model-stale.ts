import type { Runbook } from './runbook.ts';
import { Shop } from './shop.ts';

export const modelStale: Runbook = {
  alert: 'MillraceModelStale',
  cause: 'everything is run but `train`',
  try: async trial => {
    const shop = await Shop.open(trial);
    await trial.begin('serve', 'millrace serve');
    const all = await trial.begin('run', 'millrace run');
    await trial.watch({ roles: ['run', 'serve'] });
    await shop.send(20);
    await trial.isQuiet();
    await all.stop();
    const others = await trial.begin('run', 'millrace run intake trends leaders catalogue recommend orders');
    await shop.send(200);
    await trial.fires();
    await trial.ask('time() - max(millrace_task_last_epoch_seconds{topology="train"})');
    await trial.ask('max(millrace_topology_lag_records{topology="train"})');
    await trial.follow('millrace models');
    await others.stop();
    const again = await trial.begin('run', 'millrace run');
    await trial.clears();
    await trial.untilItSays('millrace lag --behind');
    await again.stop();
    await shop.hasLostNothing();
  },
};
