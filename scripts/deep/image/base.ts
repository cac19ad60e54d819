/**
 * An image in place of `node:24-bookworm-slim`, where no registry of images is reachable: Debian by debootstrap, Node and
 * npm as npm's registry has them, and the user `node`. What is built on it is our Dockerfile to the letter.
 */
import { appendFile, chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../results.ts';
import type { Log } from '../part.ts';
import { program, said } from '../tools.ts';
import { inFolder } from '../folders.ts';
import type { Buildah } from './buildah.ts';

const minute_ms = 60_000;
const debian = 'bookworm';
const npm = '11.19.1';
const certificates = '/etc/ssl/certs/ca-certificates.crt';

export const base = `localhost/millrace-base:${debian}-node24-npm${npm}`;

export async function makeBase(log: Log, buildah: Buildah): Promise<void> {
  if (await buildah.has(base)) return;
  log.doing('makes an image to build on: Debian by debootstrap, Node and npm');
  await inFolder('millrace-base-', async folder => {
    const system = join(folder, 'system');
    await makeSystem(system);
    const container = await buildah.ask('from', 'scratch');
    await buildah.ask('add', '--quiet', container, system, '/');
    await buildah.ask(
      'config',
      '--env',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      container,
    );
    await buildah.ask('commit', '--quiet', '--rm', container, base);
  });
}

async function makeSystem(system: string): Promise<void> {
  const debootstrap = program('debootstrap', 'apt-get install debootstrap');
  const given = ['-n', '19', debootstrap, '--variant=minbase', '--include=ca-certificates', debian, system];
  await said({ command: 'nice', given, folder: root, limit_ms: 20 * minute_ms });
  for (const path of ['var/lib/apt/lists', 'var/cache/apt', 'var/log/bootstrap.log'])
    await rm(join(system, path), { recursive: true });

  await copyFile(join(root, 'node_modules/node/bin/node'), join(system, 'usr/local/bin/node'));
  await chmod(join(system, 'usr/local/bin/node'), 0o755);
  const modules = join(system, 'usr/local/lib/node_modules/npm');
  await mkdir(modules, { recursive: true });
  await said({ command: 'npm', given: ['pack', '--silent', `npm@${npm}`], folder: modules });
  await said({
    command: 'sh',
    given: ['-c', 'tar -xzf npm-*.tgz --strip-components=1 && rm npm-*.tgz'],
    folder: modules,
  });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(system, 'usr/local/bin/npm'));

  // The machine's own authorities and registry: it may stand behind a proxy that vouches for itself.
  await copyFile(certificates, join(system, certificates));
  const registry = (await said({ command: 'npm', given: ['config', 'get', 'registry'], folder: root })).trim();
  await mkdir(join(system, 'usr/local/etc'), { recursive: true });
  await writeFile(join(system, 'usr/local/etc/npmrc'), `cafile=${certificates}\nregistry=${registry}\n`);

  await appendFile(join(system, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n');
  await appendFile(join(system, 'etc/group'), 'node:x:1000:\n');
  await mkdir(join(system, 'home/node'));
}
