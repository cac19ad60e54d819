/** The image's own files, put together as the Dockerfile says, run every command: as its user, writing to its volumes alone. */
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { Document } from '../../scripts/sbom/document.ts';
import { programOf } from '../../src/cli/program.ts';
import { calls, environmentOfCalls, filesOfCalls } from '../../scripts/deep/image/calls.ts';
import { here, runInTree, runProgram } from '../support/image/run.ts';
import { type Tree, treeOf } from '../support/image/tree.ts';
import { list, said } from './files.ts';

/** Every command that does something by itself, as it is written. */
function commandsOf(command: Command, path: readonly string[] = []): string[] {
  const names = [...path, command.name()];
  const below = command.commands.flatMap(child => commandsOf(child, names));
  return below.length > 0 ? below : [names.slice(1).join(' ')];
}
const commands = commandsOf(programOf());

test('there is a call of every command', () => {
  const called = new Set(calls.map(({ name }) => name));
  expect(commands.filter(name => !called.has(name))).toEqual([]);
});

describe('in the tree of the image', () => {
  let folder: string;
  let tree: Tree;
  let before: string[];

  /** Path, size and time of every file that is in no volume. */
  const immutable = async (): Promise<string[]> => {
    const paths = await readdir(join(tree.root, tree.workdir), { recursive: true, withFileTypes: true });
    const files = paths.filter(path => path.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return Promise.all(
      files.sort().map(async path => `${path} ${(await stat(path)).size} ${(await stat(path)).mtimeMs}`),
    );
  };

  /** As the image's own health check finds it. */
  const healthy = async (port: string): Promise<void> => {
    const check = () =>
      runProgram(tree, list(said('HEALTHCHECK').replace(/^.* CMD /, '')).map(inImage), { environment: { PORT: port } });
    await expect.poll(check, { timeout: 4 * 60_000, interval: 500 }).toMatchObject({ code: 0 });
  };
  const inImage = (word: string, at: number): string => (at === 0 ? join('/usr/local/bin', word) : here(tree, word));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-image-'));
    await chmod(folder, 0o755);
    tree = await treeOf(root, folder);
    const [volume = ''] = list(said('VOLUME'));
    for (const [path, text] of Object.entries(filesOfCalls)) {
      const at = join(here(tree, volume), path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, text);
      if (process.getuid?.() === 0) await chown(dirname(at), tree.user.uid, tree.user.gid);
    }
    before = await immutable();
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.for(['', ...commands])("'%s --help' tells how it is used", async name => {
    const { code, stdout } = await runInTree(tree, [...name.split(' ').filter(Boolean), '--help']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`Usage: millrace ${name}`) });
  });

  test('every command does what it is called for, and none writes outside of the volumes', async () => {
    const outputs = new Map<string, string>();
    for (const { name, given, ends, says } of calls) {
      const words = typeof given === 'function' ? given(outputs) : given;
      const running = { environment: environmentOfCalls, ...(ends === 'when told' ? { whenListening: healthy } : {}) };
      const { code, stdout, all } = await runInTree(tree, words, running);
      outputs.set(name, stdout);
      expect({ name, code, all }).toEqual({
        name,
        code: ends === 'when told' ? 0 : ends,
        all: expect.stringMatching(says),
      });
    }
    expect(await immutable()).toEqual(before);
  });

  test('it brings the bill of what is in it, all of which is there', async () => {
    const bill = Document.parse(JSON.parse(await readFile(join(tree.root, 'app/sbom.cdx.json'), 'utf8')));
    const names = new Set(bill.components.map(({ name, version }) => `${name}@${version}`));
    const pages = ['app/dist/web/licences.md', 'app/dist/web/shop/licences.md'];
    const notices = (await Promise.all(pages.map(page => readFile(join(tree.root, page), 'utf8')))).join('\n');
    const inPages = [...notices.matchAll(/^## (\S+) - (\S+)/gm)].map(([, name, version]) => `${name}@${version}`);
    expect(inPages.join(' ')).toMatch(/preact@.*uplot@/);
    for (const name of inPages) expect(names).toContain(name);
    const isInPages = ({ properties }: Document['components'][number]): boolean =>
      properties.some(({ name }) => name === 'cdx:npm:package:bundled');
    const beside = bill.components.filter(component => !isInPages(component)).map(({ name }) => name);
    const lock = await readFile(join(tree.root, 'app/node_modules/.package-lock.json'), 'utf8');
    const { packages } = z.object({ packages: z.record(z.string(), z.unknown()) }).parse(JSON.parse(lock));
    const installed = Object.keys(packages).map(path => path.split('node_modules/').at(-1));
    expect(new Set(installed)).toEqual(new Set(beside));
  });
});
