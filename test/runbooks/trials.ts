import { describe, expect, test } from 'vitest';
import { prometheusProgram } from './prometheus.ts';
import { runbooks } from './runbooks.ts';
import { tryRunbook } from './try-runbook.ts';

/** Tries the runbooks of these alerts, each as a test that says what it was. */
export function describeTrials(alerts: readonly string[]): void {
  describe.skipIf(prometheusProgram === '')('with a Prometheus (skipped where there is none: see .ci/run)', () => {
    for (const runbook of runbooks.filter(({ alert }) => alerts.includes(alert))) {
      const why = runbook.whyNot?.();
      test.skipIf(why !== undefined)(
        `${runbook.alert}: ${runbook.cause}; each step of the page shows what it says, and in the end nothing is lost${why === undefined ? '' : ` (not tried: ${why})`}`,
        async () => {
          const tried = tryRunbook(runbook, line => process.stdout.write(`${line}\n`));
          await expect(tried).resolves.toBeUndefined();
        },
      );
    }
  });
}
