/** How measured figures become pages. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../bench/support/shape.ts';
import { type Headline, headlines } from '../../scripts/figures/headlines.ts';
import { between } from '../../scripts/figures/markers.ts';
import { page } from '../../scripts/figures/page.ts';
import { readResults } from '../../scripts/figures/read.ts';
import { summary } from '../../scripts/figures/summary.ts';

const machine = {
  node: 'v24.0.0',
  platform: 'linux x64',
  processor: 'Abacus',
  processors: 2,
  memoryGiB: 8,
  load: [0.1, 0.2, 0.3],
};
const about = { question: 'How many?', machine, runs: 3 };
const spread = (median: number) => ({ best: median, median, worst: median });

const log = {
  kind: 'comparison',
  name: 'log',
  repeat: 'npx node bench/log.ts',
  ...about,
  rows: [
    { subject: 'append', name: 'rival', unit: 'records/s', better: 'more', ...spread(1_000), ratio: 1 },
    { subject: 'append', name: 'ours', unit: 'records/s', better: 'more', ...spread(2_500), ratio: 2.5 },
    { subject: 'wait', name: 'rival', unit: 'ms', better: 'less', ...spread(2), ratio: 1 },
    { subject: 'wait', name: 'ours', unit: 'ms', better: 'less', ...spread(8), ratio: 4 },
  ],
} satisfies Result;

const quality = {
  kind: 'table',
  name: 'evaluate',
  repeat: 'npx node bench/evaluate.ts',
  question: 'How good?',
  notes: ['The rival sees no titles.', 'Ties count as losses.'],
  machine,
  settings: { factors: 32, weights: { rules: [] } },
  columns: [{ name: 'model' }, { name: 'rmse', better: 'less' }],
  rows: [
    { model: 'retrain', rmse: 0.86612 },
    { model: 'popularity', rmse: null },
  ],
} satisfies Result;

const results = new Map<string, Result>([
  ['log', log],
  ['evaluate', quality],
]);

const figure = (value: number, better: 'more' | 'less', unit = 'ms') => ({
  pick: () => ({ value, unit, better }),
  name: 'the rival',
});

/** The cells of the one row below the head of the table. */
function cellsOf(headline: Headline, from: ReadonlyMap<string, Result> = results): string[] {
  const [, , row = ''] = summary(from, [headline]).split('\n');
  return row.split('|').map(cell => cell.trim());
}

describe('a row of the summary', () => {
  const base = { what: 'work', from: 'log', ours: figure(50, 'less').pick } satisfies Headline;

  test('names the rival, the ratio and how to repeat it', () => {
    const cells = cellsOf({ ...base, rival: figure(125, 'less') });
    expect(cells.slice(1, -1)).toEqual(['work', '50 ms', 'the rival: 125 ms', '2.50', '', '`npx node bench/log.ts`']);
  });

  test.for([
    ['less that is more than the rival has', 'less', 40],
    ['more that is less than the rival has', 'more', 62.5],
  ] as const)('marks a loss: %s', ([, better, rival]) => {
    expect(cellsOf({ ...base, ours: figure(50, better).pick, rival: figure(rival, better) })[4]).toBe(
      '**0.800, behind**',
    );
  });

  test.for([
    ['a figure below its bound', { of: 'figure', below: 51 }, 'below 51 ms: met'],
    ['a figure on the bound that it is to stay below', { of: 'figure', below: 50 }, '**below 50 ms: missed**'],
    ['a ratio on its least', { of: 'ratio', least: 2 }, 'ratio at least 2: met'],
    ['a ratio under its least', { of: 'ratio', least: 2.1 }, '**ratio at least 2.1: missed**'],
  ] as const)('judges an aim: %s', ([, aim, told]) => {
    expect(cellsOf({ ...base, rival: figure(100, 'less'), aims: [aim] })[5]).toBe(told);
  });

  test('says that nothing was measured, and what is aimed at', () => {
    const cells = cellsOf({ ...base, rival: figure(1, 'less'), aims: [{ of: 'ratio', least: 0.8 }] }, new Map());
    expect(cells.slice(2, 6)).toEqual(['not measured yet', 'the rival', '', 'ratio at least 0.8']);
  });

  test('ends with the machine, once for all rows that share it', () => {
    const text = summary(results, [base, { ...base, from: 'evaluate' }]);
    expect(text.split('\n\n').at(-1)).toBe('Measured on 2 × Abacus, 8 GiB, linux x64, Node v24.0.0.');
  });

  test('refuses results that have lost the row it tells', () => {
    expect(() => summary(results, headlines)).toThrow("The results of log have no 'append embedded log'");
  });
});

describe('the page of all benchmarks', () => {
  const text = page(results, []);

  test('has every row with its spread, and marks what is behind', () => {
    expect(text).toContain('| append | ours | records/s | 2,500 | 2,500 | 2,500 | 2.50 |');
    expect(text).toContain('| wait | ours | ms | 8 | 8 | 8 | **0.250, behind** |');
    expect(text).toContain('| wait | rival | ms | 2 | 2 | 2 |  |');
  });

  test('says on what, how often and how to repeat it', () => {
    expect(text).toContain(
      'Abacus, 8 GiB, linux x64, Node v24.0.0, load 0.1, 0.2, 0.3. 3 runs each. Repeat with `npx node bench/log.ts`.',
    );
  });

  test('has tables of quality with the better direction, and leaves out what does not apply', () => {
    expect(text).toContain('Settings: factors 32.');
    expect(text).toContain('| model | rmse ↓ |\n| --- | --- |\n| retrain | 0.8661 |\n| popularity |  |');
  });

  test('says between question and figures what has to be known of them', () => {
    expect(text).toContain('How good?\n\nThe rival sees no titles.\n\nTies count as losses.\n\n2 × Abacus');
  });

  test('has a place for what is not measured yet', () => {
    expect(text).toContain('## trends\n\nThis is not measured yet. Repeat with `npx node bench/trends.ts`.');
  });
});

describe('results are read from files', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-figures-'))));
  afterEach(() => rm(folder, { recursive: true }));
  const keep = (file: string, result: object): Promise<void> => writeFile(join(folder, file), JSON.stringify(result));

  test('by their names', async () => {
    await keep('log.json', log);
    await keep('evaluate.json', quality);
    expect(await readResults(folder)).toEqual(results);
  });

  test('none where there is no folder', async () => {
    expect(await readResults(join(folder, 'nowhere'))).toEqual(new Map());
  });

  test.for([
    ['of another shape', 'log.json', { name: 'log', rows: [] }, 'has another shape'],
    ['that name the machine', 'log.json', { ...log, machine: { ...machine, host: 'mine' } }, 'has another shape'],
    ['of a benchmark that no page tells', 'lag.json', { ...log, name: 'lag' }, "has results of 'lag'"],
    ['under another name', 'evaluate.json', log, "has results of 'log'"],
    [
      'of a try with other arguments',
      'log.json',
      { ...log, repeat: 'npx node bench/log.ts 10' },
      'npx node bench/log.ts 10',
    ],
  ] as const)('those %s are refused', async ([, file, result, problem]) => {
    await keep(file, result);
    await expect(readResults(folder)).rejects.toThrow(problem);
  });
});

describe('the place of the figures on a page', () => {
  const begin = '<!-- figures: what stands from here on is written by `node scripts/figures.ts generate` -->';
  const end = '<!-- figures: end -->';

  test('takes the new ones and keeps the rest', () => {
    expect(between(`a\n${begin}\nold\n${end}\nb`, 'new')).toBe(`a\n${begin}\n\nnew\n\n${end}\nb`);
  });

  test.for(['', begin, `${end}${begin}`, `${begin}${end}${end}`, `${begin}${begin}${end}`])(
    'must be there once: %j is refused',
    text => {
      expect(() => between(text, 'new')).toThrow('no one place');
    },
  );
});
