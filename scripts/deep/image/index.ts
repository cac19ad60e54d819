/** The image: deploy/Dockerfile is built by buildah, looked through, and each command is run in it. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../results.ts';
import { inFolder } from '../folders.ts';
import type { Log, Part } from '../part.ts';
import { asRoot, program } from '../tools.ts';
import { makeBase } from './base.ts';
import { build, type Configuration, configuration, tag } from './build.ts';
import { Buildah } from './buildah.ts';
import { developmentOf, entriesOf, faults } from './contents.ts';
import { layers } from './layers.ts';
import { runAll } from './runs.ts';
import { user } from './sandbox.ts';

export const image: Part = { name: 'image', run: log => inFolder('millrace-image-', folder => look(log, folder)) };

async function look(log: Log, folder: string): Promise<void> {
  asRoot('Building without a daemon, and mounting what was built,');
  const buildah = new Buildah();
  for (const name of ['debootstrap', 'unshare', 'chroot']) program(name, `apt-get install ${name}`);
  // Containers of a run that was interrupted; the store is ours alone.
  await buildah.ask('rm', '--all');
  await makeBase(log, buildah);
  log.doing('builds deploy/Dockerfile, which takes some minutes');
  await build(buildah);
  const container = await buildah.ask('from', '--pull-never', tag);
  try {
    const system = await buildah.ask('mount', container);
    const { config } = await configuration(buildah);
    await log.check('it says what it is, as the Dockerfile does', () => saysWhatItIs(config, system));
    await log.check('it holds nothing that it should not', () => holdsNothingElse(log, system));
    await log.check('its layers have a size', () => haveSizes(log, buildah, folder));
    const work = join(folder, 'volumes');
    await mkdir(work);
    await runAll(log, { system, config, folder: work });
  } finally {
    await buildah.ask('rm', container);
    await buildah.ask('rmi', tag);
  }
}

function saysWhatItIs({ User, Entrypoint, Cmd, StopSignal, Labels }: Configuration['config'], system: string): void {
  const says = { User, Entrypoint, Cmd, StopSignal };
  const expected = { User: `${user}:${user}`, Entrypoint: ['millrace'], Cmd: ['start'], StopSignal: 'SIGTERM' };
  if (JSON.stringify(says) !== JSON.stringify(expected)) throw new Error(`It says ${JSON.stringify(says)}`);
  const labels = ['title', 'description', 'licenses'].map(name => `org.opencontainers.image.${name}`);
  const without = labels.filter(name => (Labels?.[name] ?? '') === '');
  if (without.length > 0) throw new Error(`It has no label ${without.join(', ')}`);
  const bill = Labels?.['millrace.sbom'];
  if (bill === undefined || !existsSync(join(system, bill))) throw new Error(`Its bill of materials is not at ${bill}`);
}

async function holdsNothingElse(log: Log, system: string): Promise<void> {
  const entries = await entriesOf(system);
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const writable = ['/var/lib/millrace', '/var/lib/millrace-state', '/home/node'];
  log.fact('files', entries.length);
  const found = faults(entries, { uid: user, gid: user, writable, development: developmentOf(lock) });
  if (found.length > 0) throw new Error(found.join('\n'));
}

async function haveSizes(log: Log, buildah: Buildah, folder: string): Promise<void> {
  const [base = 0, ...ours] = await layers(buildah, join(folder, 'layers'));
  const bytes = ours.reduce((sum, size) => sum + size, 0);
  if (base === 0 || bytes === 0) throw new Error('A layer is empty');
  const mega = (size: number): number => Math.round(size / 1e5) / 10;
  log.fact('megabytes compressed, the base', mega(base));
  log.fact('megabytes compressed, ours', mega(bytes));
}
