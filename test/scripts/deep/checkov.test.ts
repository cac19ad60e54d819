/** What is made of checkov's reports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accepted } from '../../../scripts/deep/checkov/accepted.ts';
import { judged, read } from '../../../scripts/deep/checkov/report.ts';
import { readable } from '../../../scripts/deep/checkov/workflows.ts';
import { valueSets } from '../../../scripts/deep/chart/values.ts';

const found = (check: string, resource = 'Deployment.shop.serve') => ({
  check_id: check,
  check_name: `says ${check}`,
  resource,
  file_path: '/all.yaml',
  code_block: null,
});
const printed = (...checks: readonly string[]): string =>
  JSON.stringify({
    check_type: 'kubernetes',
    results: { failed_checks: checks.map(check => found(check)), passed_checks: [] },
    summary: { passed: 339, failed: checks.length, skipped: 0, parsing_errors: 2 },
  });
const known = [{ check: 'CKV_1', subjects: ['manifests'], why: 'it is so' }];

describe('a report of checkov', () => {
  test('says what was found, passed and could not be read', () => {
    const report = read(printed('CKV_1'));
    expect(report).toMatchObject({ passed: 339, unread: 2, found: [{ check_id: 'CKV_1' }] });
  });

  test('may be a summary alone, where there was no file to look at', () => {
    const nothing = { passed: 0, failed: 0, skipped: 0, parsing_errors: 0, checkov_version: '3' };
    expect(read(JSON.stringify(nothing))).toEqual({ passed: 0, unread: 0, found: [] });
  });

  test('is refused where it is anything else', () => {
    expect(() => read('{"results":[]}')).toThrow('passed');
    expect(() => read('Traceback')).toThrow(SyntaxError);
  });
});

describe('a finding', () => {
  test('is refused by name where nobody accepted its check', () => {
    const { refused } = judged(read(printed('CKV_1', 'CKV_2')), 'manifests', known);
    expect(refused).toEqual(['CKV_2 says CKV_2: Deployment.shop.serve of /all.yaml']);
  });

  test('that was accepted of one subject is refused of another', () => {
    expect(judged(read(printed('CKV_1')), 'the Dockerfile', known).refused).toHaveLength(1);
  });

  test('that was accepted and is not found any more is told', () => {
    expect(judged(read(printed()), 'manifests', known)).toEqual({ refused: [], stale: ['CKV_1'] });
    expect(judged(read(printed()), 'the Dockerfile', known)).toEqual({ refused: [], stale: [] });
  });
});

test('what is accepted is of a subject that there is, and says why', () => {
  const subjects = [
    ...valueSets.map(({ name }) => `manifests with ${name}`),
    'the Dockerfile',
    'the workflows',
    'Bicep',
  ];
  for (const { subjects: of, why } of accepted) {
    expect(of.filter(subject => !subjects.includes(subject))).toEqual([]);
    expect(why.length).toBeGreaterThan(20);
  }
  for (const path of valueSets.flatMap(({ files }) => files)) expect(readFileSync(join(path), 'utf8')).not.toBe('');
});

test('a workflow loses what is newer than the schema of checkov, and nothing else', () => {
  const line = (text: string): string => `    ${text}\n`;
  const rest = [line('contents: read'), line('id-token: write')].join('');
  const workflow = `concurrency:\n  cancel-in-progress: \${{ x }}\npermissions:\n${line('attestations: write # of images')}${rest}`;
  expect(readable(workflow)).toBe(`concurrency:\n  cancel-in-progress: true\npermissions:\n${rest}`);
});
