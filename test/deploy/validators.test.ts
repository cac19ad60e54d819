/** What reads scripts, workflows, words and secrets: linters of others, which `.ci/run` installs. Each is seen to find something. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { lint, linter } from '../support/linters.ts';
import { shellScripts } from '../support/shell-scripts.ts';
import { workflowPaths } from '../support/workflows.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-validators-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const shellcheck = linter('shellcheck');
describe.skipIf(shellcheck === '')('shellcheck (skipped where it is not installed: see .ci/run)', () => {
  test.for(shellScripts())('has nothing to say of %s', ([, shell, text]) => {
    expect(lint(shellcheck, ['--shell', shell, '-'], text)).toEqual({ status: 0, said: '' });
  });

  test('does say what is wrong', () => {
    expect(lint(shellcheck, ['--shell', 'sh', '-'], 'rm -r $1/tmp\n')).toMatchObject({ status: 1 });
  });
});

/** A workflow that lets the title of a request be a script, and takes an action by a name that may move. */
const careless = `name: careless
on: pull_request_target
jobs:
  say:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo \${{ github.event.pull_request.title }}
      - run: echo \${{ github.nothing }}
`;

const actionlint = linter('actionlint');
describe.skipIf(actionlint === '')('actionlint (skipped where it is not installed: see .ci/run)', () => {
  const check = (...given: readonly string[]) =>
    lint(actionlint, ['-no-color', '-shellcheck', shellcheck, '-pyflakes', '', ...given]);

  test('has nothing to say of the workflows', () => {
    expect(check(...workflowPaths())).toEqual({ status: 0, said: '' });
  });

  test('does say what is wrong', () => {
    const { status, said } = check(written('careless.yml', careless));
    expect(status).toBe(1);
    expect(said).toMatch(/potentially untrusted.*property "nothing" is not defined/s);
  });
});

const zizmor = linter('zizmor');
describe.skipIf(zizmor === '')('zizmor (skipped where it is not installed: see .ci/run)', () => {
  const check = (...given: readonly string[]) =>
    lint(zizmor, ['--offline', '--persona=pedantic', '--no-progress', '--color=never', ...given]);

  test('finds nothing that a workflow gives away', () => {
    expect(check(...workflowPaths())).toMatchObject({ status: 0, said: expect.stringContaining('No findings') });
  });

  test('does find what one gives away', () => {
    const { status, said } = check(written('careless.yml', careless));
    expect(status).toBeGreaterThan(10);
    expect(said).toMatch(/template-injection/);
    expect(said).toMatch(/unpinned-uses/);
    expect(said).toMatch(/dangerous-triggers/);
  });
});

const schema = linter('check-jsonschema');
describe.skipIf(schema === '')('the schema of workflows (skipped where check-jsonschema is not installed)', () => {
  const check = (...given: readonly string[]) =>
    lint(schema, ['--builtin-schema', 'vendor.github-workflows', ...given]);

  test('is that of every workflow, and each job has a limit of time', () => {
    expect(check(...workflowPaths())).toMatchObject({ status: 0 });
    const timed = ['--builtin-schema', 'custom.github-workflows-require-timeout', ...workflowPaths()];
    expect(lint(schema, timed)).toMatchObject({ status: 0 });
  });

  test('is not that of just any file', () => {
    expect(check(join(root, 'docker-compose.yml'))).toMatchObject({ status: 1 });
  });
});

/** Put together here, where it is not to be found. */
const misspelt = ['It reci', 'eves the color.\n'].join('');

const typos = linter('typos');
describe.skipIf(typos === '')('typos (skipped where it is not installed: see .ci/run)', () => {
  test('finds no word that is misspelt', () => {
    expect(lint(typos, ['--format', 'brief'])).toEqual({ status: 0, said: '' });
  });

  test('does find one, and American spelling in prose', () => {
    const given = ['--format', 'brief', '--config', join(root, 'typos.toml')];
    const { status, said } = lint(typos, [...given, written('wrong.md', misspelt)]);
    expect(status).toBe(2);
    expect(said).toMatch(/should be `receives`.*`color` should be `colour`/s);
  });
});

const gitleaks = linter('gitleaks');
describe.skipIf(gitleaks === '')('gitleaks (skipped where it is not installed: see .ci/run)', () => {
  const quietly = [
    '--no-banner',
    '--no-color',
    '--redact',
    '--log-level=warn',
    '--config',
    join(root, '.gitleaks.toml'),
  ];

  test('finds no secret in the whole history', () => {
    expect(lint(gitleaks, ['git', ...quietly, '--verbose', root])).toEqual({ status: 0, said: '' });
  });

  test('does find one', () => {
    const key = [
      'ghp',
      Buffer.from(crypto.getRandomValues(new Uint8Array(27)))
        .toString('hex')
        .slice(0, 36),
    ].join('_');
    mkdirSync(join(folder, 'secret'));
    writeFileSync(join(folder, 'secret/settings.ts'), `export const token = '${key}';\n`);
    expect(lint(gitleaks, ['dir', ...quietly, join(folder, 'secret')])).toMatchObject({ status: 1 });
  });
});
