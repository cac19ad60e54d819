/** The Dockerfile and what lies beside it, against what we know of ourselves. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { settings } from '../../src/app/config-settings.ts';
import { configure } from '../../src/app/configure.ts';
import { root } from '../../scripts/results.ts';
import { parsed } from './command-line.ts';
import { list, said, stages } from './files.ts';

const Manifest = z.object({ engines: z.object({ node: z.string() }), bin: z.object({ millrace: z.string() }) });
const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

test('every stage is of the Node that the package needs, slim, and the last one is of nobody else', () => {
  const [, major] = /^NODE=node:(\d+)-\w+-slim$/.exec(argument()) ?? [];
  expect(manifest).toMatchObject({ engines: { node: `>=${major}` } });
  for (const [from] of stages()) expect(from?.text).toMatch(/^\$\{NODE\}( AS \w+)?$/);
});

const argument = (): string =>
  /^ARG (NODE=.*)$/m.exec(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8'))?.[1] ?? '';

test('what it runs with comes from the lock file, without what it is made with', () => {
  const commands = stages().map(stage => stage.filter(({ name }) => name === 'RUN').map(({ text }) => text));
  const [build = [], dependencies = []] = commands;
  expect(build[0]).toMatch(/^npm ci --ignore-scripts/);
  expect(build[1]).toBe('npm run build && npm run --silent sbom -- sbom.cdx.json');
  expect(dependencies).toEqual([expect.stringMatching(/^npm ci --omit=dev --ignore-scripts/)]);
});

test('what is copied is there, and holds what the package publishes', () => {
  const copies = stages()
    .flat()
    .filter(({ name }) => name === 'COPY');
  const local = copies
    .filter(({ text }) => !text.startsWith('--from='))
    .flatMap(({ text }) => text.split(' ').slice(0, -1));
  for (const path of local) expect({ path, isThere: existsSync(join(root, path)) }).toEqual({ path, isThere: true });
  const built = copies
    .filter(({ text }) => text.startsWith('--from=build'))
    .map(({ text }) => text.replaceAll('/src/', ''));
  for (const path of ['package.json', 'LICENSE', 'bin', 'schemas', 'dist']) expect(built.join(' ')).toContain(path);
});

test('the command is the process itself, which gets its signals, and runs as a user without rights', () => {
  const [command = ''] = list(said('ENTRYPOINT'));
  expect(command).toBe('millrace');
  const link = stages()
    .at(-1)
    ?.find(({ name }) => name === 'RUN')?.text;
  expect(link).toContain(`ln -s /app/${manifest.bin.millrace} /usr/local/bin/millrace`);
  expect(readFileSync(join(root, manifest.bin.millrace), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(said('STOPSIGNAL')).toBe('SIGTERM');
  expect(said('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test('no program of it runs as anybody but who starts it', () => {
  expect(said('RUN')).toMatch(/^find \/ -xdev -type f -perm \/6000 -exec chmod a-s \{\} \+ && /);
});

test('what it does without arguments is understood', async () => {
  expect(await parsed(list(said('CMD')))).toBe('millrace start');
});

test('its variables are settings, and its data lie in volumes that its user may write', () => {
  const pairs = said('ENV')
    .split(/ +/)
    .map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=');
      return [name, value];
    });
  const ownEnvironment = Object.fromEntries(pairs.filter(([name]) => name.startsWith('MILLRACE_')));
  const { data, state = '' } = configure({ environment: ownEnvironment }).config;
  expect(list(said('VOLUME'))).toEqual([data, state]);
  expect(said('RUN')).toMatch(new RegExp(`install -d -o node -g node ${data} ${state}$`));
  const port = settings.find(({ path }) => path === 'port')?.schema.parse(undefined);
  expect(said('EXPOSE')).toBe(String(port));
});

test('what is left out of the build is nothing that it needs, and everything that is large or of this machine', () => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const path of ['**/node_modules', '.git', 'dist', 'data', 'test']) expect(ignored).toContain(path);
  for (const path of ['src', 'topologies', 'schemas', 'bin', 'deploy', 'package-lock.json'])
    expect(ignored).not.toContain(path);
});
