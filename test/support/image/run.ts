/** Runs what the image runs, in its tree: its programs, its variables, its user, and nothing of this repository. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { list, said } from '../../docker/files.ts';
import type { Tree } from './tree.ts';

const limit_ms = 9 * 60_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly all: string;
}

export interface Running {
  readonly environment?: Readonly<Record<string, string>>;
  /** What is done with one that listens, before it is told to end (SIGTERM). */
  readonly whenListening?: (port: string) => Promise<void>;
}

/** Where a path of the image lies on this machine. */
export const here = ({ root }: Tree, path: string): string => join(root, path);

/** The image's command, `millrace`, with arguments. */
export function runInTree(tree: Tree, given: readonly string[], running: Running = {}): Promise<Ended> {
  const [command = ''] = list(said('ENTRYPOINT'));
  return runProgram(tree, [join('/usr/local/bin', command), ...given], running);
}

/** A program of the image by its path in it, in the first of its volumes. */
export async function runProgram(
  tree: Tree,
  [program = '', ...given]: readonly string[],
  { environment = {}, whenListening }: Running = {},
): Promise<Ended> {
  const paths = Object.entries(tree.environment).map(([name, value]) => [
    name,
    value.startsWith('/') ? here(tree, value) : value,
  ]);
  const own: Record<string, string> = Object.fromEntries(paths);
  const [volume = ''] = list(said('VOLUME'));
  const child = spawn(here(tree, program), given, {
    cwd: here(tree, volume),
    env: { PATH: [here(tree, '/usr/local/bin'), '/usr/bin', '/bin'].join(':'), ...own, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit_ms,
    killSignal: 'SIGKILL',
    ...(process.getuid?.() === 0 ? tree.user : {}),
  });
  let [stdout, all] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));
  const closed = once(child, 'close');
  if (whenListening !== undefined)
    try {
      const port = await portOf(child.stdout);
      if (port !== undefined) await whenListening(port);
    } finally {
      child.stdout.resume();
      child.kill('SIGTERM');
    }
  await closed;
  return { code: child.exitCode, stdout, all };
}

/** Where it says that it listens; undefined of one that ends before. */
async function portOf(stdout: Readable): Promise<string | undefined> {
  for await (const line of createInterface(stdout)) {
    const [, port] = /^listening on http:.*:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) return port;
  }
  return undefined;
}
