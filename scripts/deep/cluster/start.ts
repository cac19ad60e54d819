/** A cluster of an API server and its store, on loopback: it takes, judges and keeps what is given to it, and runs nothing. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, Service } from '../service.ts';
import { Api } from './api.ts';

const minute_ms = 60_000;
const limit_ms = 5 * minute_ms;

export type Cluster = AsyncDisposable & { readonly api: Api; readonly kubeconfig: string };

/** `folder` takes keys, certificates and data, which are made here and end with it. */
export async function startCluster(programs: { etcd: string; apiServer: string }, folder: string): Promise<Cluster> {
  await using services = new AsyncDisposableStack();
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];

  const store = services.use(new Service({ command: programs.etcd, given: etcdFlags(folder, client, peer), folder }));
  await store.ready(async () => (await fetch(`http://127.0.0.1:${client}/health`)).ok, limit_ms);

  const token = randomBytes(32).toString('hex');
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(join(folder, 'accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const server = services.use(
    new Service({ command: programs.apiServer, given: serverFlags(folder, client, secure), folder }),
  );
  // It makes its certificate when it starts: nobody else has vouched for it, and nobody else is trusted.
  const certificate = join(folder, 'certificates/apiserver.crt');
  const api = async (): Promise<Api> =>
    new Api({ port: secure, token, certificate: await readFile(certificate, 'utf8') });
  await server.ready(async () => (await (await api()).get('/readyz')).status === 200, limit_ms);

  const kubeconfig = join(folder, 'kubeconfig.json');
  await writeFile(kubeconfig, JSON.stringify(configOf(secure, token, certificate)), { mode: 0o600 });
  const running = services.move();
  return { api: await api(), kubeconfig, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const etcdFlags = (folder: string, client: number, peer: number): string[] => [
  `--data-dir=${join(folder, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${client}`,
  `--advertise-client-urls=http://127.0.0.1:${client}`,
  `--listen-peer-urls=http://127.0.0.1:${peer}`,
  `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
  `--initial-cluster=default=http://127.0.0.1:${peer}`,
  '--unsafe-no-fsync',
];

const serverFlags = (folder: string, store: number, port: number): string[] => [
  `--etcd-servers=http://127.0.0.1:${store}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, 'certificates')}`,
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  `--service-account-key-file=${join(folder, 'accounts.key')}`,
  `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
  '--service-account-issuer=https://127.0.0.1',
  '--service-cluster-ip-range=10.0.0.0/24',
  '--authorization-mode=RBAC',
];

/** JSON is YAML, and Helm reads it as that. */
const configOf = (port: number, token: string, certificate: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'deep', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificate } }],
  users: [{ name: 'admin', user: { token } }],
  contexts: [{ name: 'deep', context: { cluster: 'deep', user: 'admin' } }],
  'current-context': 'deep',
});
