/** Releases of the chart follow each other by Helm itself, so that a field which may not change is found before it does. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { chartFolder, release, withValues } from '../chart/helm.ts';
import { valueSets } from '../chart/values.ts';
import { root } from '../../results.ts';
import { run } from '../../run.ts';
import { type Log, Missing } from '../part.ts';
import { said } from '../tools.ts';
import { type Api, took } from './api.ts';
import { addNamespace } from './prepare.ts';

const limit_ms = 300_000;
const namespace = 'releases';

type Parts = { readonly api: Api; readonly helm: string; readonly kubeconfig: string; readonly folder: string };

export async function lifecycle(log: Log, { api, helm, kubeconfig, folder }: Parts): Promise<void> {
  await addNamespace(api, namespace);
  const where = ['--namespace', namespace, '--kubeconfig', kubeconfig];
  const given = (verb: string, more: readonly string[]): readonly string[] => [verb, release, ...more, ...where];
  const does = async (verb: string, ...more: readonly string[]): Promise<void> =>
    void (await said({ command: helm, given: given(verb, more), folder, limit_ms }));

  await log.check('a former chart is installed', async () => {
    const former = await formerChart(folder);
    log.fact('former chart', former.commit);
    await does('install', former.chart);
  });
  await log.check('this one follows it, or is installed', () => does('upgrade', chartFolder, '--install'));
  await log.check('all values that may change do', () =>
    does('upgrade', chartFolder, ...withValues(filesOf('every feature')), ...sameDisks),
  );
  await log.check('what is switched off goes', async () => {
    await does('upgrade', chartFolder, ...withValues(filesOf('every switch off')));
    const left = await names(api, 'batch/v1', 'cronjobs');
    if (left.length > 0) throw new Error(`CronJobs are left: ${left.join(', ')}`);
  });
  await log.check('the disks of a release may not change, which is refused as a whole', async () => {
    const told = await run({ command: helm, given: given('upgrade', [chartFolder, ...larger]), folder, limit_ms });
    if (told.status !== 1 || !/updates to statefulset spec for fields other than/.test(told.output))
      throw new Error(`It was not refused as docs/OPERATIONS.md has it: ${told.output}`);
  });
  await log.check('and do once the StatefulSet was deleted', async () => {
    took(await api.delete(engine), engine);
    await does('upgrade', chartFolder, ...larger);
  });
  await log.check('the release goes back to its first revision', async () => {
    took(await api.delete(engine), engine);
    await does('rollback', '1');
  });
  await log.check('and leaves nothing when it goes', async () => {
    await does('uninstall');
    const kinds = [
      ['apps/v1', 'statefulsets'],
      ['apps/v1', 'deployments'],
      ['keda.sh/v1alpha1', 'scaledobjects'],
      ['policy/v1', 'poddisruptionbudgets'],
      ['networking.k8s.io/v1', 'networkpolicies'],
    ] as const;
    const left = await Promise.all(kinds.map(([group, kind]) => names(api, group, kind)));
    if (left.flat().length > 0) throw new Error(`It leaves ${left.flat().join(', ')}`);
  });
}

const engine = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${release}-millrace-run`;
const larger = ['--set', 'run.state.size=32Gi'];
/** A disk cannot be changed by an upgrade. */
const sameDisks = ['--set', 'run.state.size=16Gi', '--set', 'run.state.storageClass='];

const filesOf = (name: string): readonly string[] => valueSets.find(set => set.name === name)?.files ?? [];

/** The chart of the last tag that has one, else of the first commit that has one. @throws {Missing} without a history */
async function formerChart(folder: string): Promise<{ readonly chart: string; readonly commit: string }> {
  const git = async (...given: readonly string[]): Promise<string[]> =>
    (await said({ command: 'git', given, folder: root })).trim().split('\n').filter(Boolean);
  const tags = await git('tag', '--sort=-creatordate', '--merged', 'HEAD');
  const first = await git('log', '--reverse', '--diff-filter=A', '--format=%h', '--', 'deploy/chart/Chart.yaml');
  for (const commit of [...tags, ...first]) {
    const has = await git('ls-tree', '--name-only', commit, 'deploy/chart/');
    if (has.length === 0) continue;
    const chart = join(folder, 'former');
    await mkdir(chart);
    const script = `git -C "$0" archive "$1" deploy/chart | tar -x -C "$2"`;
    await said({ command: 'sh', given: ['-c', script, root, commit, chart], folder });
    return { chart: join(chart, 'deploy/chart'), commit };
  }
  throw new Missing('There is no former chart in the history of git', 'Clone it with its history');
}

const List = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

async function names(api: Api, group: string, kind: string): Promise<string[]> {
  const answer = took(await api.get(`/apis/${group}/namespaces/${namespace}/${kind}`), kind);
  return List.parse(answer.body).items.map(({ metadata }) => metadata.name);
}
