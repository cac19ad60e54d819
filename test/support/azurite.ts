/** Azure's own emulator of Blob Storage as a process of its own, that a test may kill and start again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const startWithin_ms = 180_000;
const saveWithin_ms = 120_000;
const stopWithin_ms = 60_000;

/** The account that every azurite has; its key is published with it. */
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite extends AsyncDisposable {
  readonly port: number;
  readonly connectionString: string;
  /** The same account through another port of loopback. */
  through(port: number): string;
  /** Waits until what it has in memory under this name is on its disk: it saves every few seconds, Azure at once. */
  untilSaved(name: string): Promise<void>;
  /** Ends it in the middle of what it does. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
}

/** Speaks TLS, and takes tokens of Entra ID as well as its key; it looks at their times, issuer and audience only. */
export interface AzuriteTls {
  readonly certificate: string;
  readonly key: string;
}

/** Starts one on a free port, with a folder of its own that is removed in the end. */
export async function startAzurite(tls?: AzuriteTls): Promise<Azurite> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'millrace-azurite-'));
  let process = await started(port, folder, tls);
  return {
    port,
    connectionString: connectionStringOf(port),
    through: connectionStringOf,
    untilSaved: name => untilHolds(join(folder, '__azurite_db_blob__.json'), name),
    kill: () => ended(process, 'SIGKILL'),
    restart: async () => {
      process = await started(port, folder, tls);
    },
    [Symbol.asyncDispose]: async () => {
      await ended(process, 'SIGTERM');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const connectionStringOf = (port: number): string =>
  `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/${account};`;

async function started(port: number, folder: string, tls: AzuriteTls | undefined): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program(), ...flagsOf(port, folder), ...tlsFlags(tls)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('it did not listen in time')), startWithin_ms);
  createInterface({ input: child.stdout }).on('line', line => {
    said.push(line);
    if (line.includes('successfully listen')) resolve();
  });
  child.once('exit', code => reject(new Error(`it ended with code ${code}`)));
  try {
    await promise;
    return child;
  } catch (cause) {
    child.kill('SIGKILL');
    throw new Error(`azurite did not start: ${said.join('\n')}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function untilHolds(file: string, text: string): Promise<void> {
  const deadline = performance.now() + saveWithin_ms;
  while (!(await readFile(file, 'utf8').catch(() => '')).includes(text)) {
    if (performance.now() > deadline) throw new Error(`azurite did not save '${text}' in time`);
    await sleep(50);
  }
}

const program = (): string => fileURLToPath(import.meta.resolve('azurite/dist/src/blob/main.js'));

const flagsOf = (port: number, folder: string): string[] => [
  '--blobHost',
  '127.0.0.1',
  '--blobPort',
  String(port),
  '--location',
  folder,
  '--skipApiVersionCheck',
  '--disableTelemetry',
  '--silent',
];

const tlsFlags = (tls: AzuriteTls | undefined): string[] =>
  tls === undefined ? [] : ['--oauth', 'basic', '--cert', tls.certificate, '--key', tls.key];

async function ended(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithin_ms);
  await exit;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
