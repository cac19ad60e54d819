import { expect } from 'vitest';
import type { Runbook } from './runbook.ts';
import { type Tell, Trial } from './trial.ts';

/** From the trouble to its end. @throws where a step does not show what the page says, or was not tried at all */
export async function tryRunbook({ alert, cause, try: through }: Runbook, tell: Tell): Promise<void> {
  await using trial = await Trial.of(alert, tell);
  trial.tell(cause);
  await through(trial);
  expect({ alert, untried: trial.untried() }).toEqual({ alert, untried: [] });
}
