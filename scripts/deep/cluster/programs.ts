/** The two programs of a cluster without machines, and the kinds that others add to it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { pin } from '../chart/helm.ts';
import type { Log } from '../part.ts';
import { installed, program, said } from '../tools.ts';
import { moduleOf } from './module.ts';

const minute_ms = 60_000;
const noGo = 'Install Go 1.24 or later; .ci/chart-tools needs it, too';

/** The release of Kubernetes that the fast tests hold the manifests to as well. */
export const kubernetes = 'v1.34.4';

/** The API server, compiled: ten minutes on two busy cores, once. */
export const apiServer = (log: Log): Promise<string> =>
  installed(log, `kube-apiserver-${kubernetes}`, async folder => {
    log.doing('compiles kube-apiserver, which takes some ten minutes');
    const theirs = await module('k8s.io/kubernetes', kubernetes, folder);
    await writeFile(join(folder, 'go.mod'), moduleOf(await readFile(theirs.GoMod, 'utf8'), kubernetes));
    const flags = ['-mod=mod', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', 'kube-apiserver'];
    const given = ['-n', '19', program('go', noGo), 'build', ...flags, 'k8s.io/kubernetes/cmd/kube-apiserver'];
    await said({ command: 'nice', given, folder, limit_ms: 60 * minute_ms });
    return join(folder, 'kube-apiserver');
  });

/** etcd, of Debian's package, which is unpacked and not installed: a machine's own etcd stays as it is. */
export const etcd = (log: Log): Promise<string> =>
  installed(log, 'etcd', async folder => {
    const apt = program('apt-get', 'Debian and its derivatives have it');
    await said({ command: apt, given: ['download', '--quiet', 'etcd-server'], folder });
    await said({ command: 'sh', given: ['-c', 'dpkg-deb --extract etcd-server_*.deb .'], folder });
    return join(folder, 'usr/bin/etcd');
  });

/** The definitions of what is no kind of Kubernetes, as files. Azure's own of a PodMonitor are not to be had. */
export async function definitions(log: Log, folder: string): Promise<readonly string[]> {
  log.fact('keda', pin('keda'));
  log.fact('prometheus-operator', pin('operator'));
  const keda = (await module('github.com/kedacore/keda/v2', pin('keda'), folder)).Dir;
  const operator = (await module('github.com/prometheus-operator/prometheus-operator', pin('operator'), folder)).Dir;
  return [
    ...['scaledobjects', 'triggerauthentications'].map(kind => join(keda, `config/crd/bases/keda.sh_${kind}.yaml`)),
    join(operator, 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml'),
  ];
}

const Downloaded = z.object({ Dir: z.string(), GoMod: z.string() });

async function module(path: string, version: string, folder: string): Promise<z.infer<typeof Downloaded>> {
  const given = ['mod', 'download', '-json', `${path}@${version}`];
  const printed = await said({ command: program('go', noGo), given, folder, limit_ms: 10 * minute_ms });
  return Downloaded.parse(JSON.parse(printed));
}
