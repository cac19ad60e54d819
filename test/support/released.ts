/** A release of Millrace that was published, as its package; run by its own command beside the one of this tree. */
import { mkdtempSync, symlinkSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { main } from './cli.ts';

/** Where `test/upgrade` keeps what a release has left behind. */
export const releaseFolder = (release: string): string => join(root, 'test/upgrade', release);

/** Of a process that the test leaves behind. */
const lifetime_ms = 15 * 60_000;

export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Unpacks what was published in the folder, and answers its command. What it depends on is what this tree has: a release
 * asks for ranges of versions, and ours are within them.
 */
export async function unpacked(release: string, folder: string): Promise<string> {
  const tarball = join(releaseFolder(`v${release}`), `millrace-${release}.tgz`);
  const { status, output } = await run({ command: 'tar', given: ['-xzf', tarball], folder, limit_ms: 60_000 });
  if (status !== 0) throw new Error(`${tarball} cannot be unpacked: ${output}`);
  symlinkSync(join(root, 'node_modules'), join(folder, 'package/node_modules'));
  return join(folder, 'package/bin/millrace.cjs');
}

/** The command of this tree. */
export const ours = main;

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'millrace-side-by-side-'));

/** A process of either release. */
export class Running {
  readonly ended: Promise<Exit>;
  readonly #child;

  constructor(command: string, ...flags: readonly string[]) {
    const child = spawn(process.execPath, [command, ...flags], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: lifetime_ms,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    this.#child = child;
    this.ended = once(child, 'close').then((): Exit => ({ code: child.exitCode, stdout, stderr }));
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.#child.kill(signal);
    return this.ended;
  }
}
