/** What a cluster has before the chart comes: namespaces, and the kinds of KEDA and of the Prometheus operators. */
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { manifestsOf } from '../../../test/support/chart/render.ts';
import { type Api, took } from './api.ts';

const limit_ms = 120_000;

/** Pods that are not restricted are refused in it, and what makes such pods is warned of. */
export async function addNamespace(api: Api, name: string): Promise<void> {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  took(await api.create(namespace, { namespace: name, dryRun: false }), `namespace ${name}`);
}

/** Installs definitions of kinds, and waits until the server serves them. */
export async function addKinds(api: Api, paths: readonly string[]): Promise<void> {
  const texts = await Promise.all(paths.map(path => readFile(path, 'utf8')));
  const definitions = texts.flatMap(text => [text, ...azures(text)]).flatMap(manifestsOf);
  for (const definition of definitions)
    took(await api.create(definition, { namespace: '', dryRun: false }), `definition ${definition.metadata.name}`);
  const until = performance.now() + limit_ms;
  for (const { metadata } of definitions) {
    while (!(await isEstablished(api, metadata.name))) {
      if (performance.now() > until) throw new Error(`${metadata.name} is not served after ${limit_ms / 1_000} s`);
      await setTimeout(100);
    }
  }
}

/** Azure's PodMonitor is the operator's under another group, as far as its documentation tells; its own is not to be had. */
const azures = (text: string): string[] =>
  text.includes('podmonitors.monitoring.coreos.com')
    ? [text.replaceAll('monitoring.coreos.com', 'azmonitoring.coreos.com')]
    : [];

const Definition = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }).optional(),
});

async function isEstablished(api: Api, name: string): Promise<boolean> {
  const { body } = took(await api.get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`), name);
  const conditions = Definition.parse(body).status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}
