import type { Runbook } from './runbook.ts';
import { accountFor, logAlone } from './account.ts';
import { Shop } from './shop.ts';

export const documentsThrottled: Runbook = {
  alert: 'MillraceDocumentsThrottled',
  cause: 'the account refuses every fourth operation, as one with too little throughput does',
  try: async trial => {
    const account = await accountFor(trial);
    const shop = await Shop.open(trial, 500);
    const run = await trial.begin('run', 'millrace run');
    await trial.watch();
    const goOn = (): Promise<void> => shop.send(20, logAlone);
    await goOn();
    await trial.isQuiet();
    await account.setFaults([{ kind: 'status', status: 429, retryAfterMs: 5, each: true, share: 0.25 }]);
    await trial.fires(goOn);
    await trial.ask('topk(3, sum by (collection) (increase(millrace_documents_request_units_total[10m])))');
    await trial.ask(
      'sum(rate(millrace_documents_refused_total[10m])) / sum(rate(millrace_documents_requests_total[10m]))',
    );
    await trial.follow('millrace documents plan');
    await account.setFaults([]);
    await trial.clears(goOn);
    await run.stop();
    await shop.hasLostNothing();
  },
};
