/** What the deep checks of the chart are made of, as far as it needs no API server. */
import { describe, expect, test } from 'vitest';
import { pin } from '../../../scripts/deep/chart/helm.ts';
import { moduleOf } from '../../../scripts/deep/cluster/module.ts';
import { podsOf } from '../../../scripts/deep/cluster/pods.ts';

describe('the module that builds the API server', () => {
  const theirs = `// Generated.
module k8s.io/kubernetes

go 1.24.0

godebug default=go1.24

require (
	k8s.io/api v0.0.0
	github.com/google/uuid v1.6.0
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/kube-aggregator => ./staging/src/k8s.io/kube-aggregator
)
`;

  test('replaces every staging module by its published one of the same release', () => {
    expect(moduleOf(theirs, 'v1.34.4')).toBe(`module millrace.invalid/kubernetes

go 1.24.0

require k8s.io/kubernetes v1.34.4

replace (
	k8s.io/api => k8s.io/api v0.34.4
	k8s.io/kube-aggregator => k8s.io/kube-aggregator v0.34.4
)
`);
  });

  test.for([
    ['a release that is none', theirs, 'master'],
    ['no staging module', 'module x\n\ngo 1.24.0\n', 'v1.34.4'],
    ['no Go', theirs.replace('go 1.24.0', ''), 'v1.34.4'],
  ] as const)('is refused of %s', ([, text, version]) => {
    expect(() => moduleOf(text, version)).toThrow(`k8s.io/kubernetes ${version}`);
  });
});

describe('versions', () => {
  test('are those that the fast tests install', () => {
    for (const name of ['helm', 'keda', 'operator'] as const) expect(pin(name)).toMatch(/^v\d+\.\d+\.\d+$/);
  });

  test('that are not pinned are missed by name', () => {
    expect(() => pin('keda', 'helm=v3.22.0\n')).toThrow('pins no keda');
  });
});

describe('the pods of a manifest', () => {
  const metadata = { name: 'shop-run' };
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [], volumes: [{ name: 'tmp' }] } };

  test('of a StatefulSet are named by number, with the disks of their own', () => {
    const spec = { template, volumeClaimTemplates: [{ metadata: { name: 'state' } }] };
    expect(podsOf({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec })).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { labels: { app: 'x' }, name: 'shop-run-0' },
        spec: {
          containers: [],
          volumes: [{ name: 'tmp' }, { name: 'state', persistentVolumeClaim: { claimName: 'state-shop-run-0' } }],
        },
      },
    ]);
  });

  test('of a CronJob lie in its jobs', () => {
    const spec = { schedule: '* * * * *', jobTemplate: { spec: { template } } };
    const [pod] = podsOf({ apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec });
    expect(pod).toMatchObject({ kind: 'Pod', metadata: { name: 'shop-run' }, spec: { volumes: [{ name: 'tmp' }] } });
  });

  test('are none of what makes none', () => {
    expect(podsOf({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [] } })).toEqual([]);
  });
});
