/** An account of Cosmos DB for a trial: our protocol fixture in a process of its own, and the settings that name it. */
import { type FixtureProcess, startFixtureProcess } from '../support/cosmos/process.ts';
import type { Trial } from './trial.ts';

/** With its containers made; what the trial starts from then on keeps its documents there. */
export async function accountFor(trial: Trial): Promise<FixtureProcess> {
  const account = trial.use(await startFixtureProcess());
  Object.assign(trial.environment, {
    MILLRACE_DOCUMENTS: 'cosmos',
    MILLRACE_COSMOS_ENDPOINT: account.endpoint,
    MILLRACE_COSMOS_KEY: account.key,
  });
  await trial.millrace('documents create');
  return account;
}

/** Of a producer, which writes to the log and knows of no documents. */
export const logAlone = { MILLRACE_DOCUMENTS: 'sqlite' } as const;
