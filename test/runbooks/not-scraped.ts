import type { Runbook } from './runbook.ts';
import { Shop } from './shop.ts';

export const notScraped: Runbook = {
  alert: 'MillraceNotScraped',
  cause: 'a worker is started without the port at which it is asked for its metrics',
  try: async trial => {
    const shop = await Shop.open(trial);
    await trial.begin('serve', 'millrace serve');
    const seen = await trial.begin('run', 'millrace run');
    await trial.watch({ roles: ['run', 'serve'] });
    await shop.send(20);
    await trial.isQuiet();
    await seen.stop();
    const unseen = trial.aside('millrace run');
    await shop.send(200);
    await trial.fires();
    await trial.ask('up{job=~".*millrace.*"}');
    await trial.untilItSays('millrace lag --behind');
    await unseen.stop();
    const again = await trial.begin('run', 'millrace run');
    await trial.clears();
    await trial.ask('up{job=~".*millrace.*"}');
    await again.stop();
    await shop.hasLostNothing();
  },
};
