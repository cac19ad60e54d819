/** `npm run deploy`, with programs on PATH in place of az, kubelogin and helm that write down how they were called. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { deploymentOutputs } from '../support/bicep/outputs.ts';
import { type Call, recordingTools } from '../support/recording-tools.ts';

const deploy = join(root, 'scripts/deploy.ts');
const folder = join(root, 'deploy/bicep');
const operators = '6f1c9c62-5b1e-4a53-9f5c-2f0a8f4c1d10';
const environment = { MILLRACE_OPERATORS: operators };
const outputs = JSON.stringify(deploymentOutputs);
const prints = { 'az deployment group create': outputs, 'az deployment group show': outputs };

let tools: Awaited<ReturnType<typeof recordingTools>>;
beforeAll(async () => {
  tools = await recordingTools('az', 'kubelogin', 'helm', 'millrace');
});
afterAll(() => tools[Symbol.asyncDispose]());

const Versions = z.object({ lists: z.object({ everyVersions: z.int() }) });
const dev = ['--environment', 'dev', '--resource-group', 'shops'] as const;
const image = ['--image', 'registry.example.com:5000/millrace:0.2.0'] as const;
const ran = (fails: string | undefined, ...given: string[]) =>
  tools.run({ prints, ...(fails === undefined ? {} : { fails }) }, environment, deploy, ...given);

const wordsOf = ({ command, given }: Call): string => [command, ...given.slice(0, 3)].join(' ');
const after = ({ given }: Call, flag: string): string[] =>
  given.flatMap((word, at) => (given[at - 1] === flag ? [word] : []));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('plan', () => {
  test('asks Azure what would change, by the parameters of the environment', async () => {
    const { code, calls } = await ran(undefined, 'plan', ...dev);
    expect(code).toBe(0);
    expect(calls.map(({ command, given }) => [command, ...given])).toEqual([
      [
        'az',
        'deployment',
        'group',
        'what-if',
        '--name',
        'millrace-dev',
        '--resource-group',
        'shops',
        '--parameters',
        join(folder, 'dev.bicepparam'),
      ],
    ]);
    expect(existsSync(join(folder, 'api.json'))).toBe(true);
  });

  test('calls nobody while something is missing that the parameters take from the environment', async () => {
    const { code, calls, stderr } = await tools.run({ prints }, { MILLRACE_OPERATORS: '' }, deploy, 'plan', ...dev);
    expect({ code, calls }).toEqual({ code: 1, calls: [] });
    expect(stderr).toMatch(/VARIABLES_MISSING: .*MILLRACE_OPERATORS/);
  });
});

describe('apply', () => {
  test('deploys, then installs the chart with what the deployment answered', async () => {
    const { code, calls, stdout } = await ran(undefined, 'apply', ...dev, ...image, '--values', 'own.yaml');
    expect(code).toBe(0);
    expect(calls.map(wordsOf)).toEqual([
      'az deployment group create',
      'az aks get-credentials --resource-group',
      'kubelogin convert-kubeconfig --login azurecli',
      `helm upgrade --install millrace`,
    ]);
    const [, credentials, login, helm] = calls;
    if (credentials === undefined || login === undefined || helm === undefined)
      throw new Error('Somebody was not called');
    const [kubeconfig] = after(credentials, '--file');
    expect([after(login, '--kubeconfig'), after(helm, '--kubeconfig')]).toEqual([[kubeconfig], [kubeconfig]]);
    const [own, made, given] = after(helm, '--values');
    expect([own, given]).toEqual([join(folder, 'dev.values.yaml'), 'own.yaml']);
    expect(parse(helm.files[made ?? ''] ?? '')).toMatchObject({
      image: { repository: 'registry.example.com:5000/millrace', tag: '0.2.0' },
      workloadIdentity: { clientId: deploymentOutputs.clientId.value },
      config: { kafka: { brokers: [deploymentOutputs.broker.value] } },
    });
    expect(existsSync(made ?? '')).toBe(false);
    expect(stdout).toContain(deploymentOutputs.vault.value);
  });

  test.each([
    ['az deployment group create', 1, 'The deployment failed'],
    ['az aks get-credentials', 2, 'The way to the cluster failed'],
    ['kubelogin', 3, 'Signing in to the cluster failed'],
    ['helm', 4, 'The chart failed'],
  ])('ends where %s fails, and says so', async (fails, called, says) => {
    const { code, calls, stderr } = await ran(fails, 'apply', ...dev, ...image);
    expect({ code, called: calls.length }).toEqual({ code: 1, called });
    expect(stderr).toContain('refused by the test');
    expect(stderr).toContain(`STEP_FAILED: ${says}: ${fails}`);
    for (const file of calls.flatMap(call => after(call, '--kubeconfig'))) expect(existsSync(file)).toBe(false);
  });

  test('ends when it is told to, and whom it has called with it', async () => {
    const { code, calls, stderr } = await tools.run(
      {
        prints,
        hangs: 'az deployment group create',
        begun: async running => {
          await expect.poll(running.calls).toHaveLength(1);
          running.kill('SIGTERM');
        },
      },
      environment,
      deploy,
      'apply',
      ...dev,
      ...image,
    );
    expect({ code, called: calls.length }).toEqual({ code: 1, called: 1 });
    expect(stderr).toContain('STEP_FAILED: The deployment was stopped');
    await expect.poll(() => calls.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });

  test('installs nothing on answers that are not those of our deployment', async () => {
    const { vault: _, ...others } = deploymentOutputs;
    const answers = { 'az deployment group create': JSON.stringify(others) };
    const { code, calls, stderr } = await tools.run(
      { prints: answers },
      environment,
      deploy,
      'apply',
      ...dev,
      ...image,
    );
    expect({ code, called: calls.length }).toEqual({ code: 1, called: 1 });
    expect(stderr).toMatch(/WRONG_OUTPUTS: [^]*vault/);
  });

  test('says which program is not there', async () => {
    await using others = await recordingTools('az');
    const { code, stderr } = await others.run(
      { prints },
      { ...environment, PATH: others.folder },
      deploy,
      'apply',
      ...dev,
      ...image,
    );
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/needs (kubelogin|helm), which is not on PATH/),
    });
  });

  test('leaves the cluster alone where only Azure is wanted, before its Secrets are there', async () => {
    const { code, calls, stdout } = await ran(undefined, 'apply', ...dev, '--without-chart');
    expect({ code, called: calls.map(wordsOf) }).toEqual({ code: 0, called: ['az deployment group create'] });
    expect(stdout).toContain(`vault ${deploymentOutputs.vault.value}`);
  });

  test('wants an image that the cluster can pull', async () => {
    const { code, calls, stderr } = await ran(undefined, 'apply', ...dev);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(stderr).toContain('--image');
  });
});

describe('verify', () => {
  const millrace = () => ['--millrace', join(tools.folder, 'millrace')] as const;

  test('asks the program whether the deployment is what it needs', async () => {
    const { code, calls } = await ran(undefined, 'verify', ...dev, ...millrace());
    expect(code).toBe(0);
    expect(
      calls.map(({ command, given }) => [command, ...given.filter(word => /^[a-z]+$/.test(word))].join(' ')),
    ).toEqual([
      'az deployment group show shops json',
      'millrace doctor',
      'millrace topics verify',
      'millrace documents verify',
    ]);
    const [, doctor] = calls;
    const [config = ''] = doctor === undefined ? [] : after(doctor, '--config');
    expect(parse(doctor?.files[config] ?? '')).toMatchObject({
      kafka: { profile: 'event-hubs', brokers: [deploymentOutputs.broker.value] },
      cosmos: { endpoint: deploymentOutputs.cosmosEndpoint.value },
      partitions: deploymentOutputs.partitions.value,
      retention: { days: deploymentOutputs.retentionDays.value },
    });
  });

  test('has the settings of the values that the chart was given, the last file of which wins', async () => {
    const own = join(tools.folder, 'own.yaml');
    const versions = async (...given: string[]) => {
      const { calls } = await ran(undefined, 'verify', ...dev, ...millrace(), ...given);
      return calls
        .slice(1)
        .map(({ files }) => Object.values(files).map(file => Versions.parse(parse(file)).lists.everyVersions));
    };
    await writeFile(own, 'config: { lists: { everyVersions: 500 } }');
    expect(await versions()).toEqual([[10_000], [10_000], [10_000]]);
    expect(await versions('--values', own)).toEqual([[500], [500], [500]]);
  });

  test('goes on after a check that fails, and fails', async () => {
    const { code, calls, stderr } = await ran('millrace topics', 'verify', ...dev, ...millrace());
    expect({ code, called: calls.length }).toEqual({ code: 1, called: 4 });
    expect(stderr).toMatch(/STEP_FAILED: millrace topics verify failed/);
  });
});

test('no command line has more than names: what was answered and what is set in the environment go by files', async () => {
  const secret = { ...environment, MILLRACE_COSMOS_KEY: 'c2VjcmV0LW9mLWEtdGVzdA==' };
  const all = [
    await tools.run({ prints }, secret, deploy, 'apply', ...dev, ...image),
    await tools.run({ prints }, secret, deploy, 'verify', ...dev, '--millrace', join(tools.folder, 'millrace')),
  ];
  const words = all.flatMap(({ calls }) => calls.flatMap(({ given }) => given));
  const names = new Set(['cluster', 'namespace', 'serviceAccount', 'vault', 'cosmosDatabase', 'schemaGroup']);
  const answered = Object.entries(deploymentOutputs).flatMap(([name, { value }]) =>
    names.has(name) || typeof value !== 'string' || value === '' ? [] : [value],
  );
  const kept = [...answered, ...Object.values(secret)];
  expect(kept.length).toBeGreaterThan(8);
  expect(words.filter(word => kept.some(value => word.includes(value)))).toEqual([]);
  expect(words.filter(word => word.startsWith('--set'))).toEqual([]);
});

test('the estimate names the file of prices and its date, and sums what it lists', async () => {
  const { code, calls, stdout } = await tools.run({ prints }, {}, deploy, 'cost', '--environment', 'prod');
  expect({ code, calls }).toEqual({ code: 0, calls: [] });
  expect(stdout).toMatch(/deploy\/bicep\/prices-\d{4}-\d{2}\.json of \d{4}-\d{2}-\d{2}/);
  const amounts = [...stdout.matchAll(/ (\d+\.\d{2})$/gm)].map(([, amount]) => Math.round(Number(amount) * 100));
  expect(amounts.length).toBeGreaterThan(10);
  expect(amounts.at(-1)).toBe(amounts.slice(0, -1).reduce((sum, amount) => sum + amount, 0));
});
