/** What the linters of others say of our files. They come from PyPI, `.ci/run` installs them; elsewhere they are skipped. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { lint, linter } from '../support/linters.ts';
import { composePath, dockerfilePath } from './files.ts';

const hadolint = linter('hadolint');
const schema = linter('check-jsonschema');

describe.skipIf(hadolint === '')('hadolint (skipped where it is not installed: see .ci/run)', () => {
  test('has nothing to say of the Dockerfile', () => {
    expect(lint(hadolint, [dockerfilePath])).toEqual({ status: 0, said: '' });
  });

  test('does say what is wrong', () => {
    const wrong = 'FROM node:latest\nRUN cd /tmp\nCMD node main.js\n';
    expect(lint(hadolint, ['-'], wrong)).toMatchObject({ status: 1, said: expect.stringMatching(/DL3007.*DL3025/s) });
  });
});

describe.skipIf(schema === '')(
  'the schema of compose files (skipped where check-jsonschema is not installed: see .ci/run)',
  () => {
    const check = (...given: readonly string[]) => lint(schema, ['--builtin-schema', 'vendor.compose-spec', ...given]);

    test('is that of docker-compose.yml', () => {
      expect(check(composePath)).toMatchObject({ status: 0 });
    });

    test('is not that of just any file', () => {
      expect(check(join(root, 'tsconfig.json'))).toMatchObject({ status: 1 });
    });
  },
);
