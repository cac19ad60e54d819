/** docs/RUNBOOKS.md as somebody finds it at three in the morning: every alert has all its parts, and a trial. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { alerts } from '../support/alerts.ts';
import { runbooksPage, saysAs, sectionsOf } from '../runbooks/page.ts';
import { runbooks } from '../runbooks/runbooks.ts';
import { scaledDuration, scaledQuery } from '../runbooks/scaled.ts';

const sections = sectionsOf(runbooksPage());
const parts = ['Means.', 'Meanwhile', 'How soon.', 'Look', 'Decide and do', 'Check.', 'Afterwards.'];

test('each alert has a trial, and each trial is run by a test', () => {
  expect(runbooks.map(({ alert }) => alert)).toEqual(alerts().map(({ alert }) => alert));
  const folder = join(root, 'test/runbooks');
  const tests = readdirSync(folder).filter(name => name.endsWith('.test.ts'));
  const named = tests.map(name => readFileSync(join(folder, name), 'utf8')).join('');
  for (const { alert } of runbooks) expect(named).toContain(`'${alert}'`);
});

test.each(sections)(
  '$alert says what it means, how soon it matters, what to look at and to do, in this order',
  section => {
    const found = [...section.text.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, part = '']) => part);
    expect(found).toEqual(parts);
    expect(section.steps.length).toBeGreaterThan(1);
  },
);

test.each(sections)('$alert shows what each of its looks answers', ({ steps, alert }) => {
  const silent = steps.filter(({ says, text }) => says === undefined && !/^millrace run\b/.test(text));
  expect({ alert, silent }).toEqual({ alert, silent: [] });
});

describe('a page is followed to the letter', () => {
  test('commands within sentences are told as well as those in blocks, also of lists', () => {
    const [section] = sectionsOf(
      '# P\n\n## A\n\nUse `millrace lag`, not `model.factors`.\n\n1. x\n\n   ```sh\n   millrace doctor\n   ```\n\n   ```text\n   ok …\n   ⋮\n   ```\n',
    );
    expect(section).toMatchObject({
      alert: 'A',
      toldTo: ['millrace doctor', 'millrace lag'],
      steps: [{ language: 'sh', text: 'millrace doctor', says: 'ok …\n⋮' }],
    });
  });

  test('an output that lacks a line, or has one too many, is not what the page says', () => {
    expect('a 1\nb\n').toMatch(saysAs('a …\nb'));
    expect('a 1\nx\nb\n').not.toMatch(saysAs('a …\nb'));
    expect('a 1\nx\ny\nb\n').toMatch(saysAs('a …\n⋮\nb'));
    expect('b\n').not.toMatch(saysAs('a …\n⋮\nb'));
    expect('a (1)\n').toMatch(saysAs('a (1)\n⋮'));
  });
});

describe('rules by a quicker clock', () => {
  test('ranges, offsets, waits and the seconds compared with the time are divided; days are not', () => {
    expect(scaledDuration('15m', 60)).toBe('15000ms');
    expect(scaledQuery('rate(a[10m]) > 0 and b offset 1h and c[7d] offset 1d', 60)).toBe(
      'rate(a[10000ms]) > 0 and b offset 60000ms and c[7d] offset 1d',
    );
    expect(scaledQuery('time() - a > 900 or 900 * absent(a)', 60)).toBe('time() - a > 15 or 15 * absent(a)');
    expect(() => scaledDuration('7d', 60)).toThrow(/no duration/);
  });

  test('nothing of a rule that takes hours or minutes is left as it is', () => {
    for (const { expr } of alerts()) expect(scaledQuery(expr, 60)).not.toMatch(/\d[smh]\b(?<!ms)/);
  });
});
