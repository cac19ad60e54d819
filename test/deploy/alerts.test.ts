/** The alert rules: each has a runbook, and fires on the story that calls for it and not on the nearest other one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { alerts, alertsFolder } from '../support/alerts.ts';
import { lint, linter } from '../support/linters.ts';

const promtool = linter('promtool');
const stories = ['alerts.test.yaml', 'alerts.weeks.test.yaml'].map(name => join(alertsFolder, name));

test('each alert has one section of its name among the runbooks, and its link leads there', () => {
  const page = readFileSync(join(root, 'docs/RUNBOOKS.md'), 'utf8');
  const sections = [...page.matchAll(/^## (\w+)$/gm)].map(([, name = '']) => name);
  expect(sections).toEqual(alerts().map(({ alert }) => alert));
  for (const { alert, annotations } of alerts())
    expect(annotations.runbook_url).toBe(`docs/RUNBOOKS.md#${alert.toLowerCase()}`);
});

test('each alert has a story in which it fires, told to the word', () => {
  const told = stories.map(path => readFileSync(path, 'utf8')).join('');
  const fired = [...told.matchAll(/alertname: (\w+)\n\s+exp_alerts:\n\s+- exp_labels/g)].map(([, name = '']) => name);
  expect(new Set(fired)).toEqual(new Set(alerts().map(({ alert }) => alert)));
});

describe.skipIf(promtool === '')('promtool (skipped where it is not installed: see .ci/run)', () => {
  test('finds the rules well formed', () => {
    expect(lint(promtool, ['check', 'rules', join(alertsFolder, 'alerts.yaml')])).toMatchObject({ status: 0 });
  });

  test('finds that each story comes out as it is told', () => {
    expect(lint(promtool, ['test', 'rules', ...stories])).toMatchObject({ status: 0 });
  });
});
