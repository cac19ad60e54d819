/** The chart before a real API server: every manifest is taken, its pods are admitted, and releases follow each other. */
import { helm, rendered } from '../chart/helm.ts';
import { slug, valueSets } from '../chart/values.ts';
import { inFolder } from '../folders.ts';
import type { Log, Part } from '../part.ts';
import { controls } from './controls.ts';
import { lifecycle } from './lifecycle.ts';
import { admitPods, hasNoRights, takeAll } from './manifests.ts';
import { addKinds, addNamespace } from './prepare.ts';
import { apiServer, definitions, etcd, kubernetes } from './programs.ts';
import { startCluster } from './start.ts';

export const cluster: Part = {
  name: 'cluster',
  run: log => inFolder('millrace-cluster-', folder => look(log, folder)),
};

async function look(log: Log, folder: string): Promise<void> {
  const programs = { etcd: await etcd(log), apiServer: await apiServer(log) };
  const helmPath = await helm(log);
  const kinds = await definitions(log, folder);
  log.fact('kubernetes', kubernetes);
  log.doing('starts etcd and kube-apiserver on loopback');
  await using running = await startCluster(programs, folder);
  const { api, kubeconfig } = running;
  await addKinds(api, kinds);

  for (const set of valueSets) {
    const namespace = slug(set);
    await addNamespace(api, namespace);
    const { manifests } = await rendered({ helm: helmPath, files: set.files, namespace });
    await log.check(`it takes every manifest with ${set.name}`, () => takeAll(api, manifests, namespace));
    await log.check(`pods with ${set.name} are admitted where pods are restricted`, () =>
      admitPods(api, manifests, namespace),
    );
    await log.check(`the service account has no rights with ${set.name}`, () => hasNoRights(api, manifests, namespace));
    log.fact(`manifests with ${set.name}`, manifests.length);
  }
  await controls(log, api, helmPath);
  await lifecycle(log, { api, helm: helmPath, kubeconfig, folder });
}
