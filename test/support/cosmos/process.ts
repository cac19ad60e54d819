/** Starts the fixture in a process of its own, kills it, and starts it again where it was. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FaultInput } from './faults.ts';
import { database, newKey } from './place.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface FixtureProcess extends AsyncDisposable {
  readonly endpoint: string;
  readonly key: string;
  /** Where it keeps everything. */
  readonly file: string;
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  /** Ends it in the middle of what it does. */
  kill(): Promise<void>;
  /** Once it has died of a fault; not of `kill`. */
  died(): Promise<void>;
  /** As the service splits the physical partitions of a container, each in two. */
  split(container: string): Promise<void>;
  /** On the same port, with everything that it had acknowledged. */
  restart(): Promise<void>;
}

export interface FixtureProcessOptions {
  readonly ranges?: number;
  /** Everything that is in this file; the fixture's own is another one. */
  readonly from?: Pick<FixtureProcess, 'key' | 'file'>;
}

export async function startFixtureProcess({ ranges = 2, from }: FixtureProcessOptions = {}): Promise<FixtureProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cosmos-'));
  const file = join(folder, 'items');
  if (from !== undefined) await cp(from.file, file);
  const key = from?.key ?? newKey();
  const begin = (port: number) =>
    begun({
      FIXTURE_KEY: key,
      FIXTURE_PORT: String(port),
      FIXTURE_FILE: file,
      FIXTURE_RANGES: String(ranges),
    });
  let running = await begin(0);
  let isOver = false;
  const endpoint = `http://127.0.0.1:${running.port}`;
  const kill = async (): Promise<void> => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  return {
    endpoint,
    key,
    file,
    kill,
    died: async () => {
      const { child } = running;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    setFaults: async faults => {
      const { ok, statusText } = await fetch(`${endpoint}/__faults`, { method: 'POST', body: JSON.stringify(faults) });
      if (!ok) throw new Error(`The fixture refused the faults: ${statusText}`);
    },
    split: async container => {
      await fetch(`${endpoint}/__split/${database}/${container}`, { method: 'POST' });
    },
    restart: async () => {
      if (!isOver) running = await begin(running.port);
    },
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function begun(environment: Readonly<Record<string, string>>): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /^listening (\d+)$/.exec(line) ?? [];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error('The fixture ended before it listened');
}
