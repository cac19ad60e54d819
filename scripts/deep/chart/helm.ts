/** Helm, which renders the chart and installs it: of `.ci/chart-tools` where that ran, else built by Go. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestsOf, type Manifest } from '../../../test/support/chart/render.ts';
import { root } from '../../results.ts';
import type { Log } from '../part.ts';
import { installed, program, said } from '../tools.ts';

const minute_ms = 60_000;

/** The versions that the fast tests are held to: `helm=v3.22.0` in a line of its own. */
export function pin(
  name: 'helm' | 'keda' | 'operator',
  text = readFileSync(join(root, '.ci/chart-tools'), 'utf8'),
): string {
  const [, version] = new RegExp(`^${name}=(v\\S+)$`, 'm').exec(text) ?? [];
  if (version === undefined) throw new Error(`.ci/chart-tools pins no ${name}: it wants a line such as ${name}=v1.2.3`);
  return version;
}

/** The path of Helm in the version that `.ci/chart-tools` pins. */
export const helm = (log: Log): Promise<string> =>
  installed(log, `helm-${pin('helm')}`, async folder => {
    const go = program('go', 'Install Go 1.24 or later');
    const given = [`GOBIN=${folder}`, 'nice', '-n', '19', go, 'install', `helm.sh/helm/v3/cmd/helm@${pin('helm')}`];
    await said({ command: 'env', given, folder, limit_ms: 20 * minute_ms });
    return join(folder, 'helm');
  });

/** What Helm is given to take such values. */
export const withValues = (files: readonly string[]): string[] => files.flatMap(file => ['--values', file]);

export const chartFolder = join(root, 'deploy/chart');
export const release = 'shop';

export type Rendering = { readonly helm: string; readonly files: readonly string[]; readonly namespace: string };

/** The manifests that Helm makes of our chart, and the text that it prints. @throws where Helm refuses the values */
export async function rendered({ helm: command, files, namespace }: Rendering): Promise<{
  readonly text: string;
  readonly manifests: readonly Manifest[];
}> {
  const given = ['template', release, chartFolder, '--namespace', namespace, ...withValues(files)];
  const text = await said({ command, given, folder: root });
  return { text, manifests: manifestsOf(text) };
}
