/** The dashboards of Grafana. There is no Grafana here to load them: their shape is its SDK's, their queries Prometheus reads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { dashboardFiles, queriesOf } from '../support/dashboards.ts';
import { lint, linter } from '../support/linters.ts';

const promtool = linter('promtool');

test('there are four, each panel with words, a unit and queries of names of their own', () => {
  const all = dashboardFiles();
  expect(all.map(({ uid }) => uid)).toEqual([
    'millrace-documents',
    'millrace-overview',
    'millrace-quality',
    'millrace-tasks',
  ]);
  for (const { description, fieldConfig, targets } of all.flatMap(({ panels }) => panels)) {
    expect(description.length).toBeGreaterThan(5);
    expect(fieldConfig.defaults.unit).not.toBe('');
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  }
});

test('no two panels of a dashboard lie on each other, and none reaches over its edge', () => {
  for (const { panels } of dashboardFiles()) {
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  }
});

describe.skipIf(promtool === '')('promtool (skipped where it is not installed: see .ci/run)', () => {
  const checked = (queries: readonly string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-dashboards-'));
    try {
      const path = join(folder, 'queries.yaml');
      const rules = queries.map((expr, n) => ({ record: `query:${n}`, expr }));
      writeFileSync(path, stringify({ groups: [{ name: 'queries', rules }] }));
      return lint(promtool, ['check', 'rules', path]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('reads every query', () => {
    expect(checked(queriesOf())).toMatchObject({ status: 0 });
  });

  test('does not read just anything', () => {
    expect(checked(['sum by (topology (millrace_task_lag_records)'])).toMatchObject({ status: 1 });
  });
});
