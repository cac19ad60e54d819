/** buildah with a store of its own below `.tools/deep`, so that images and containers of the machine stay as they are. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { program, said, toolsFolder } from '../tools.ts';

const minute_ms = 60_000;

/** Processes of a build are confined by chroot alone: no runtime of containers is needed, and none is there. */
const environment = ['BUILDAH_ISOLATION=chroot'];

export class Buildah {
  readonly #command: string;
  readonly #folder: string;

  constructor(folder = join(toolsFolder, 'containers')) {
    this.#command = program('buildah', 'apt-get install buildah');
    this.#folder = folder;
  }

  /** What it prints. @throws where it fails */
  async ask(...given: readonly string[]): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const store = ['--root', join(this.#folder, 'root'), '--runroot', join(this.#folder, 'run')];
    const all = [...environment, 'nice', this.#command, ...store, ...given];
    return (await said({ command: 'env', given: all, folder: this.#folder, limit_ms: 45 * minute_ms })).trim();
  }

  async has(image: string): Promise<boolean> {
    const ids = await this.ask('images', '--quiet', '--filter', `reference=${image}`);
    return ids !== '';
  }
}
