/** What the chart calls things, of a release with a long name too. */
import { describe, expect, test } from 'vitest';
import { chartFolder, helm, manifestsOf } from '../support/chart/render.ts';
import { lint } from '../support/linters.ts';

/** Of a CronJob, which has ten more than its jobs: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs */
const most = 52;
const parts = ['run', 'serve', 'score', 'retrain', 'jobs'];

function namesOf(release: string): readonly string[] {
  const { status, said } = lint(helm, ['template', release, chartFolder]);
  expect({ status, said }).toMatchObject({ status: 0 });
  return manifestsOf(said).map(({ kind, metadata: { name } }) => `${kind} ${name}`);
}

describe.skipIf(helm === '')('Helm (skipped where it is not installed: see .ci/run)', () => {
  test('each thing is called by its release and its part', () => {
    expect(namesOf('shop')).toEqual(
      expect.arrayContaining([
        'ConfigMap shop-millrace',
        'StatefulSet shop-millrace-run',
        'Deployment shop-millrace-serve',
        'CronJob shop-millrace-score',
      ]),
    );
    expect(namesOf('millrace')).toContain('StatefulSet millrace-run');
  });

  test.each([36, 43, 44, 47, 53])('no two are called the same with a release of %i characters', length => {
    const names = namesOf(`shop-${'x'.repeat(length - 6)}1`);
    expect(new Set(names).size).toBe(names.length);
    const called = [...new Set(names.map(name => name.split(' ')[1] ?? ''))];
    expect(called.filter(name => name.length > most || !/^[a-z0-9][-a-z0-9]*[a-z0-9]$/.test(name))).toEqual([]);
    expect(parts.filter(part => !called.some(name => name.endsWith(`-${part}`)))).toEqual([]);
  });

  test('a name that is cut does not end with a hyphen before its part', () => {
    expect(namesOf(`${'x'.repeat(47)}-abcd`)).toContain(`StatefulSet ${'x'.repeat(47)}-run`);
  });
});
