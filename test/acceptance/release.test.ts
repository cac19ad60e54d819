/** Each script of the release's workflow, run: what can be made here is made, who would publish it is recorded. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { copyCheckout } from '../../scripts/checkout.ts';
import { released } from '../../scripts/release/changelog.ts';
import { writeVersion } from '../../scripts/release/versions.ts';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { Document } from '../../scripts/sbom/document.ts';
import { linter } from '../support/linters.ts';
import { recordingTools } from '../support/recording-tools.ts';
import { workflow } from '../support/workflows.ts';

const minute_ms = 60_000;
const version = '7.8.9';
const digest = `sha256:${'ab'.repeat(32)}`;
const { jobs } = workflow('release');

/** What the runner sets. */
const github = {
  GITHUB_REF_NAME: `v${version}`,
  GITHUB_REPOSITORY: 'Somebody/Millrace',
  GITHUB_REPOSITORY_OWNER: 'Somebody',
  GITHUB_SERVER_URL: 'https://github.example',
};

const scriptOf = (job: string, name: string): string => {
  const script = jobs[job]?.steps.find(step => step.name === name)?.run;
  if (script === undefined) throw new Error(`The job ${job} has no script '${name}'`);
  return script;
};

let folder: string;
let checkout: string;
/** As the runner runs a step: bash, and the first failure ends it. */
const bash = (script: string, variables: Readonly<Record<string, string>> = github) => {
  const exported = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  const given = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', [...exported, script].join('\n')];
  return run({ command: 'bash', given, folder: checkout, limit_ms: 9 * minute_ms });
};
const must = async (script: string): Promise<string> => {
  const { status, output } = await bash(script);
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${output}`);
  return output;
};

const helm = linter('helm');
const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(checkout, path)))
    .digest('hex');

/** Where there is no Helm. */
const emptyChart = `mkdir -p out/chart && touch out/chart/millrace-${version}.tgz`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-release-'));
  checkout = join(folder, 'checkout');
  await mkdir(checkout);
  await copyCheckout(root, checkout, join(root, 'node_modules'));
  // A version of its own, with all but the state that it leaves behind, which takes minutes to make.

  const changelog = await readFile(join(checkout, 'CHANGELOG.md'), 'utf8');
  await writeFile(join(checkout, 'CHANGELOG.md'), released(changelog, version, '2026-11-26'));
  await writeVersion(checkout, version);
  const state = join(checkout, 'test/upgrade', `v${version}`);
  await mkdir(state, { recursive: true });
  for (const name of ['state.tgz', 'outcome.json', `millrace-${version}.tgz`]) await writeFile(join(state, name), '');
  const as = '-c user.name=test -c user.email=test@localhost -c commit.gpgsign=false';
  await must(
    `git init -q . && git add package.json && GIT_COMMITTER_DATE='1000000000 +0000' git ${as} commit -q -m 'A commit of a test'`,
  );
  for (const { name = '', run: script } of jobs['build']?.steps ?? []) {
    if (script === undefined || name === 'Install') continue; // its modules are those of this checkout
    const isChart = name === 'Pack the chart';
    await must(!isChart ? script : helm === '' ? emptyChart : `PATH="$PATH:$(dirname '${helm}')"\n${script}`);
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('the files of a release', () => {
  test('are the package, the chart, the bill of materials, the notes, and sums that fit', async () => {
    const files = await readdir(join(checkout, 'out'));
    expect(files.sort()).toEqual(['NOTES.md', 'SHA256SUMS', 'chart', `millrace-${version}.tgz`, 'sbom.cdx.json']);
    expect(await readdir(join(checkout, 'out/chart'))).toEqual([`millrace-${version}.tgz`]);
    expect(await must(scriptOf('release', 'Compare the sums'))).toContain('sbom.cdx.json: OK');
    expect(await readFile(join(checkout, 'out/NOTES.md'), 'utf8')).toMatch(/^### Added$/m);
    const bill = Document.parse(JSON.parse(await readFile(join(checkout, 'out/sbom.cdx.json'), 'utf8')));
    expect(bill.metadata).toMatchObject({ timestamp: '2001-09-09T01:46:40.000Z', component: { version } });
  });

  test('name the repository that the provenance is compared with', async () => {
    const told = await must(`tar -xOzf out/millrace-${version}.tgz package/package.json`);
    const { repository } = z.object({ repository: z.object({ url: z.string() }) }).parse(JSON.parse(told));
    expect(repository.url).toBe('git+https://github.example/Somebody/Millrace.git');
  });

  test('a file that somebody changed does not pass', async () => {
    await must('cp -r out kept && echo >>out/sbom.cdx.json');
    expect(await bash(scriptOf('release', 'Compare the sums'))).toMatchObject({ status: 1 });
    await must('rm -r out && mv kept out');
  });

  test('the package that is packed again is the same to the byte', async () => {
    await must('mkdir again && npm pack --ignore-scripts --loglevel=error --pack-destination again');
    expect(await sha256(`again/millrace-${version}.tgz`)).toBe(await sha256(`out/millrace-${version}.tgz`));
  });
});

test('the tag is checked before anything else', async () => {
  expect(await bash(scriptOf('check', 'Check'))).toMatchObject({ status: 0 });
  const other = await bash(scriptOf('check', 'Check'), { ...github, GITHUB_REF_NAME: 'v1.2.3' });
  expect(other).toMatchObject({
    status: 1,
    output: expect.stringContaining('package.json says 7.8.9, and the tag 1.2.3'),
  });
});

test('the image is named as its registry wants names', async () => {
  const outputs = join(folder, 'outputs');
  await must(`export GITHUB_OUTPUT='${outputs}'\n${scriptOf('image', 'Name the image')}`);
  const lines = ['image=ghcr.io/somebody/millrace', `version=${version}`, 'epoch=1000000000', ''];
  expect(await readFile(outputs, 'utf8')).toBe(lines.join('\n'));
});

describe('who publishes', () => {
  /** Runs a script of a job with programs that only write down how they were called. */
  async function recorded(
    job: string,
    name: string,
    script: Parameters<Awaited<ReturnType<typeof recordingTools>>['run']>[0],
  ) {
    await using tools = await recordingTools('cosign', 'helm', 'npm', 'gh');
    const bashed =
      "process.exitCode = require('node:child_process').spawnSync('bash', ['-eo', 'pipefail', '-c', process.argv[1]], { stdio: 'inherit', cwd: process.argv[2] }).status ?? 1";
    const variables = { ...github, IMAGE: 'ghcr.io/somebody/millrace', DIGEST: digest };
    const { code, stderr, calls } = await tools.run(script, variables, '-e', bashed, scriptOf(job, name), checkout);
    return { code, stderr, calls: calls.map(({ command, given }) => [command, ...given].join(' ')) };
  }

  test('signs the image by its digest, in all of its architectures', async () => {
    const signed = `cosign sign --yes --recursive ghcr.io/somebody/millrace@${digest}`;
    expect(await recorded('image', 'Sign', { prints: {} })).toMatchObject({ code: 0, calls: [signed] });
  });

  test('signs the chart by the digest that Helm says, and not without one', async () => {
    const push = `helm push out/chart/millrace-${version}.tgz oci://ghcr.io/somebody/charts`;
    const said = `Pushed: ghcr.io/somebody/charts/millrace:${version}\nDigest: ${digest}`;
    expect(await recorded('chart', 'Push and sign', { prints: { helm: said } })).toMatchObject({
      code: 0,
      calls: [push, `cosign sign --yes ghcr.io/somebody/charts/millrace@${digest}`],
    });
    expect(await recorded('chart', 'Push and sign', { prints: {} })).toMatchObject({ code: 1, calls: [push] });
    expect(await recorded('chart', 'Push and sign', { prints: {}, fails: 'helm' })).toMatchObject({
      code: 7,
      calls: [push],
    });
  });

  test('publishes the package that was built, with its provenance', async () => {
    expect(await recorded('package', 'Publish', { prints: {} })).toMatchObject({
      code: 0,
      calls: [`npm publish ./out/millrace-${version}.tgz --provenance --access public`],
    });
  });

  test('publishes files and notes of a tag that is there', async () => {
    const { code, calls } = await recorded('release', 'Publish files and notes', { prints: {} });
    expect(code).toBe(0);
    expect(calls).toEqual([
      expect.stringMatching(/^gh release create v7\.8\.9 --repo Somebody\/Millrace --verify-tag /),
    ]);
    for (const file of [
      'out/NOTES.md',
      `out/millrace-${version}.tgz`,
      `out/chart/millrace-${version}.tgz`,
      'out/sbom.cdx.json',
      'out/SHA256SUMS',
    ])
      expect(calls[0]).toContain(` ${file}`);
  });
});
