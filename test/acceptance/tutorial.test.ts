/** docs/TUTORIAL.md, followed to the letter: its files are written, its commands are run, their output is what it says. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { installSources, outputOf } from '../support/installed.ts';
import { type Block, blocksOf, patternOf } from '../support/markdown.ts';

const blocks = blocksOf(await readFile(join(root, 'docs/TUTORIAL.md'), 'utf8'));
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'millrace-tutorial-'));
  await installSources(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['*.ts'] }),
  );
});
afterAll(async () => {
  await endShop();
  await rm(project, { recursive: true });
});

/** The page ends it itself, unless a step before that has failed. */
async function endShop(): Promise<void> {
  const pid = Number(await readFile(join(project, 'shop.pid'), 'utf8').catch(() => Number.NaN));
  if (!Number.isInteger(pid)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The first line of a file says how it is called. */
function nameOf(text: string): string {
  const [, name] = /^\/\/ (\S+\.ts)\n/.exec(text) ?? [];
  if (name !== undefined) return name;
  throw new Error(`This file of the tutorial has no name: ${text.slice(0, 100)}`);
}

/** A file to write, or commands to run and, where the page shows it, what they say. */
interface Step {
  readonly block: Block;
  readonly says: RegExp;
}

const steps = blocks.flatMap((block, at): Step[] => {
  if (block.language === 'text' || block.language === 'console') return [];
  const next = blocks.slice(at + 1).find(({ language }) => language !== 'ts');
  const shown = block.language === 'sh' && next?.language === 'text' ? patternOf(next.text) : /^/;
  return [{ block, says: shown }];
});

async function follow({ language, text }: Block): Promise<string> {
  if (language === 'sh') return outputOf(project, text);
  await writeFile(join(project, nameOf(text)), text);
  return '';
}

const titleOf = ({ language, text }: Block): string => `${language}: ${text.split('\n')[0] ?? ''}`;

describe('the tutorial', () => {
  test('shows files, commands, and what they say', () => {
    const count = (language: string): number => blocks.filter(block => block.language === language).length;
    expect(count('ts')).toBe(6);
    expect(count('sh')).toBeGreaterThan(6);
    expect(steps.filter(({ says }) => says.source !== '^')).toHaveLength(count('text'));
  });

  test.each(steps.map(step => [titleOf(step.block), step] as const))('%s', async (_, { block, says }) => {
    expect(await follow(block)).toMatch(says);
  });

  test('type-checks as strictly as Millrace itself', async () => {
    expect(await outputOf(project, 'tsc --noEmit -p .')).toBe('');
  });
});
