/** The command line as a script sees it: processes, exit codes, standard output and standard error. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';

export const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
const deadline_ms = 4 * 60_000;
/** Of one that goes on by itself until it is told to stop. */
const lifetime_ms = 10 * 60_000;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** Runs a command to its end, with an environment of its own beside that of the test. */
export function millraceWith(environment: Environment, ...flags: string[]): Promise<Ended> {
  const { promise, resolve: done } = Promise.withResolvers<Ended>();
  const env = { ...process.env, ...environment };
  execFile(process.execPath, [main, ...flags], { env, timeout: deadline_ms }, (error, stdout, stderr) =>
    done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
  );
  return promise;
}

export const millrace = (...flags: string[]): Promise<Ended> => millraceWith({}, ...flags);

/** The one object on standard output of a command that succeeds. */
export async function json(...flags: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await millrace(...flags, '--json');
  if (code !== 0) throw new Error(`${flags.join(' ')} ended with ${code}: ${stderr}`);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const result: Record<string, unknown> = JSON.parse(stdout);
  return result;
}

/** A command under way; it is killed when the test leaves it behind. */
export const started = (...flags: string[]) => startedWith({}, ...flags);

export function startedWith(environment: Environment, ...flags: string[]) {
  const child = spawn(process.execPath, [main, ...flags], {
    env: { ...process.env, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: lifetime_ms,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then((): Ended => ({ code: child.exitCode ?? -1, stdout, stderr }));
  const lines = createInterface(child.stdout);
  /** Where it listens, once it does. */
  const address = async (): Promise<string> => {
    for await (const line of lines) {
      const [, url] = /^listening on (http:\S+)$/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error(`It ended before it listened: ${stderr}`);
  };
  const stop = (signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return { child, ended, address, stop, stderrSoFar: () => stderr };
}
