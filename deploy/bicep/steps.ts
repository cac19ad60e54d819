/** What `npm run deploy` does: the steps of plan, apply and verify, each a program's call. Nothing secret is among what is given. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { MillraceError } from '../../src/errors.ts';
import { ownValues, verifiedOf } from './layers.ts';
import { type Environment, parametersFile, variablesOf } from './parameters.ts';
import { type Outputs, outputsIn, valuesOf } from './outputs.ts';
import { answered, show, StepFailed } from './tools.ts';

const root = join(import.meta.dirname, '../..');

export interface Deployment {
  readonly environment: Environment;
  readonly resourceGroup: string;
  readonly stop: AbortSignal;
}

interface OfChart extends Deployment {
  /** Files of values of your own, the last one wins. */
  readonly values: readonly string[];
}

export interface Installation extends OfChart {
  readonly release: string;
  readonly image: string;
}

export interface Verification extends OfChart {
  /** The program and what stands before its commands. */
  readonly millrace: readonly [command: string, ...given: string[]];
}

/** Something that the parameters take from the environment is not there. */
export class VariablesMissing extends MillraceError {
  readonly code = 'VARIABLES_MISSING';
}

/** What would change, as Azure says it. */
export async function plan(deployment: Deployment): Promise<void> {
  await requireVariables(deployment);
  await show({
    ...deployment,
    step: 'The plan',
    command: 'az',
    given: group('what-if', deployment, parametersOf(deployment)),
  });
}

/** Makes it so, and answers what there is then. */
export async function deploy(deployment: Deployment): Promise<Outputs> {
  await requireVariables(deployment);
  const given = group('create', deployment, [...parametersOf(deployment), ...onlyOutputs]);
  return outputsIn(await answered({ stop: deployment.stop, step: 'The deployment', command: 'az', given }));
}

/** Installs the chart, or upgrades it, with what the deployment answered. */
export async function install(installation: Installation, outputs: Outputs): Promise<void> {
  const { stop, resourceGroup, environment, release, image, values } = installation;
  await inFolder(async folder => {
    const [kubeconfig, made] = [join(folder, 'kubeconfig'), join(folder, 'values.yaml')];
    await writeFile(made, stringify(valuesOf(outputs, image)));
    const credentials = ['--resource-group', resourceGroup, '--name', outputs.cluster, '--file', kubeconfig];
    await show({
      stop,
      step: 'The way to the cluster',
      command: 'az',
      given: ['aks', 'get-credentials', ...credentials],
    });
    const asWeAre = ['convert-kubeconfig', '--login', 'azurecli', '--kubeconfig', kubeconfig];
    await show({ stop, step: 'Signing in to the cluster', command: 'kubelogin', given: asWeAre });
    const chart = ['upgrade', '--install', release, join(root, 'deploy/chart'), '--kubeconfig', kubeconfig];
    const place = ['--namespace', outputs.namespace, '--create-namespace', '--wait', '--timeout', '15m'];
    const files = [ownValues(environment), made, ...values];
    const given = [...chart, ...place, ...files.flatMap(file => ['--values', file])];
    await show({ stop, step: 'The chart', command: 'helm', given });
  });
}

const checks = [['doctor'], ['topics', 'verify'], ['documents', 'verify']] as const;

/** Asks what was deployed whether it is what the program needs; all checks run, whichever fails. */
export async function verify(verification: Verification): Promise<void> {
  const { environment, values, stop, millrace } = verification;
  const given = group('show', verification, onlyOutputs);
  const outputs = outputsIn(await answered({ stop, step: 'Looking at the deployment', command: 'az', given }));
  const settings = await verifiedOf(environment, outputs, values);
  const [command, ...before] = millrace;
  const failed: string[] = [];
  await inFolder(async folder => {
    const config = join(folder, 'millrace.yaml');
    await writeFile(config, stringify({ ...settings, data: join(folder, 'data') }));
    for (const check of checks) {
      const step = `millrace ${check.join(' ')}`;
      try {
        await show({ stop, step, command, given: [...before, ...check, '--config', config] });
      } catch (error) {
        if (!(error instanceof StepFailed) || stop.aborted) throw error;
        failed.push(step);
      }
    }
  });
  if (failed.length > 0)
    throw new StepFailed(
      `${failed.join(', ')} failed`,
      'What each says stands above; `plan` shows what would be mended',
    );
}

const group = (action: string, { environment, resourceGroup }: Deployment, more: readonly string[]): string[] => [
  'deployment',
  'group',
  action,
  '--name',
  `millrace-${environment}`,
  '--resource-group',
  resourceGroup,
  ...more,
];

const parametersOf = ({ environment }: Deployment): string[] => ['--parameters', parametersFile(environment)];
const onlyOutputs = ['--query', 'properties.outputs', '--output', 'json'];

async function requireVariables({ environment }: Deployment): Promise<void> {
  const missing = (await variablesOf(environment)).filter(name => (process.env[name] ?? '') === '');
  if (missing.length === 0) return;
  throw new VariablesMissing(
    `${environment}.bicepparam takes ${missing.join(', ')} from the environment, and ${missing.length === 1 ? 'it is' : 'they are'} not there`,
    'docs/OPERATIONS.md says what each is',
  );
}

/** Of this run alone and of nobody else to read, gone at its end. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-deploy-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
