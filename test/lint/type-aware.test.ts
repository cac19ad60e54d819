import { beforeAll, describe, expect, test } from 'vitest';
import { type Finding, lint } from './project.ts';

/** One small file for each rule that the code base leans on: were the rule off, its file would pass. */
const refused: Readonly<Record<string, string>> = {
  'typescript/no-floating-promises': `export function go(): void {\n  Promise.resolve(1);\n}\n`,
  'typescript/no-misused-promises': `export const go = (list: number[]) => list.filter(async n => Promise.resolve(n > 1));\n`,
  'typescript/await-thenable': `export const go = async (n: number): Promise<number> => await n;\n`,
  'typescript/no-unsafe-assignment': `export const go = (): unknown => {\n  const value = JSON.parse('1');\n  return value;\n};\n`,
  'typescript/no-unsafe-return': `export const go = (): number => JSON.parse('1');\n`,
  'typescript/no-unsafe-argument': `export const go = (): number => Number.parseInt(JSON.parse('1'), 10);\n`,
  'typescript/no-unsafe-call': `export const go = (): void => {\n  JSON.parse('1')();\n};\n`,
  'typescript/no-unsafe-member-access': `export const go = (): unknown => JSON.parse('{}').name;\n`,
  'typescript/no-explicit-any': `export type Loose = any;\n`,
  'typescript/no-non-null-assertion': `export const go = (list: readonly number[]): number => list[0]!;\n`,
  'typescript/consistent-type-assertions': `export const go = (value: unknown): string => value as string;\n`,
  'typescript/consistent-type-imports': `import { Stats } from 'node:fs';\nexport type Size = Stats;\n`,
  'typescript/no-unnecessary-condition': `export const go = (n: number): number => (n === undefined ? 0 : n);\n`,
  'typescript/only-throw-error': `export function go(): void {\n  throw 'text';\n}\n`,
  'typescript/switch-exhaustiveness-check': `export function go(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n`,
  'eslint/no-console': `console.log(1);\n`,
  'eslint/max-lines-per-function': `export function go(): void {\n${'  void 0;\n'.repeat(60)}}\n`,
  'millrace/exact-arithmetic': `export const go = (n: number): number => Math.exp(n);\n`,
  'millrace/no-ambient': `export const go = (): number => Date.now();\n`,
};

const exact = `export const go = (n: number): number => Math.sqrt(Math.abs(n)) * Math.imul(n, 3);\n`;
const power = `export const go = (n: number): number => n ** 2;\n`;
const cycle = {
  'src/cycle/one.ts': `import { two } from './two.ts';\nexport const one = (): number => two();\n`,
  'src/cycle/two.ts': `import { one } from './one.ts';\nexport const two = (): number => one();\n`,
};

const fileOf = (rule: string): string => `src/als/${rule.replace('/', '-')}.ts`;
const rulesIn = (path: string): string[] => (found.get(path) ?? []).map(({ rule }) => rule);

let found: Map<string, Finding[]>;
beforeAll(async () => {
  const files = Object.entries(refused).map(([rule, code]) => [fileOf(rule), code] as const);
  found = await lint({ ...Object.fromEntries(files), ...cycle, 'src/als/exact.ts': exact, 'src/als/power.ts': power });
});

describe('the linter knows types', () => {
  test.for(Object.keys(refused))('%s fires', rule => {
    expect(rulesIn(fileOf(rule))).toContain(rule);
  });

  test('import/no-cycle fires', () => {
    expect(rulesIn('src/cycle/one.ts')).toContain('import/no-cycle');
  });

  test('exactly specified arithmetic passes in the model, a power does not', () => {
    expect(rulesIn('src/als/exact.ts')).toEqual([]);
    expect(rulesIn('src/als/power.ts')).toEqual(['millrace/exact-arithmetic']);
  });
});
