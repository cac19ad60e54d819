import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

export type Command = {
  readonly command: string;
  readonly given: readonly string[];
  readonly folder: string;
  /** After this it is killed, with all that it started, and counts as failed. */
  readonly limit_ms: number;
};

/** How a command ended; `status` is null where a signal ended it. `printed` is its standard output alone. */
export type Ending = { readonly status: number | null; readonly output: string; readonly printed: string };

/** Runs a command and keeps what it prints, both streams in the order they came. */
export async function run(what: Command): Promise<Ending> {
  const child = start(what, 'pipe');
  const output: Buffer[] = [];
  const printed: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => void printed.push(chunk));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => void output.push(chunk));
  const status = await ended(child, what.limit_ms);
  return { status, output: Buffer.concat(output).toString(), printed: Buffer.concat(printed).toString() };
}

/** Runs a command that prints straight to this one's output. */
export const show = (what: Command): Promise<number | null> => ended(start(what, 'inherit'), what.limit_ms);

const programs = ['node_modules/.bin', '.tools/bin'].map(folder => resolve(import.meta.dirname, '..', folder));

/**
 * In a process group of its own, so that all of it can be killed; with the project's Node first in the path, and the
 * programs of others that `.ci/run` brought, which a copy of the checkout lacks.
 */
const start = ({ command, given, folder }: Command, output: 'pipe' | 'inherit'): ChildProcess =>
  spawn(command, given, {
    cwd: folder,
    env: { ...process.env, PATH: [...programs, process.env['PATH']].join(delimiter) },
    stdio: ['ignore', output, output],
    detached: true,
  });

function ended(child: ChildProcess, limit_ms: number): Promise<number | null> {
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
  };
  const interrupt = (): void => {
    kill();
    process.exit(130);
  };
  const timer = setTimeout(kill, limit_ms);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  return new Promise<number | null>((fulfil, fail) => {
    child.once('error', fail);
    child.once('close', fulfil);
  }).finally(() => {
    clearTimeout(timer);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  });
}
