/** Starts the fixture in a process of its own, kills it, and starts it again where it was. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FaultInput } from './faults.ts';
import { newKey } from './place.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface FixtureProcess extends AsyncDisposable {
  readonly endpoint: string;
  readonly key: string;
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  /** Ends it in the middle of what it does. */
  kill(): Promise<void>;
  /** On the same port, with everything that it had acknowledged. */
  restart(): Promise<void>;
}

export async function startFixtureProcess(ranges = 2): Promise<FixtureProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cosmos-'));
  const key = newKey();
  const begin = (port: number) =>
    begun({
      FIXTURE_KEY: key,
      FIXTURE_PORT: String(port),
      FIXTURE_FILE: join(folder, 'items'),
      FIXTURE_RANGES: String(ranges),
    });
  let running = await begin(0);
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
    kill,
    setFaults: async faults => {
      await fetch(`${endpoint}/__faults`, { method: 'POST', body: JSON.stringify(faults) });
    },
    restart: async () => {
      running = await begin(running.port);
    },
    [Symbol.asyncDispose]: async () => {
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
