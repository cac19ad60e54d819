/** What is loaded by whom: adapters that nobody opens cost nothing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** The packages that a program of its own has loaded after some statements. */
function loadedBy(statements: string): string[] {
  const root = resolve(import.meta.dirname, '../..');
  const program = `
    import { registerHooks } from 'node:module';
    const found = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        const resolved = next(specifier, context);
        const [, name] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(resolved.url) ?? [];
        if (name !== undefined) found.add(name);
        return resolved;
      },
    });
    ${statements}
    console.log(JSON.stringify([...found]));`;
  const given = ['--input-type=module', '--eval', program];
  const loaded: string[] = JSON.parse(execFileSync(process.execPath, given, { cwd: root, encoding: 'utf8' }));
  return loaded;
}

const remote = (name: string): boolean => /^(@azure\/|kafkajs$|fastify$)/.test(name);

test('whoever opens the embedded adapters loads no broker and no cloud, and whoever opens another one does', () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-loaded-'));
  try {
    const settings = `{ data: ${JSON.stringify(data)}, transport: 'embedded', documents: 'sqlite' }`;
    const opening = (more: string) => `
      const { openPorts } = await import('./src/app/compose.ts');
      await using ports = await openPorts({ ...${settings}, ${more} });`;
    expect(loadedBy(opening('')).filter(remote)).toEqual([]);
    const connectionString = 'UseDevelopmentStorage=true';
    const blob = JSON.stringify({ connectionString, container: 'millrace', prefix: '', createContainer: false });
    const cloud = loadedBy(opening(`snapshots: 'blob', blob: ${blob}`));
    expect(cloud).toContain('@azure/storage-blob');
    expect(cloud).not.toContain('@azure/identity');
  } finally {
    rmSync(data, { recursive: true });
  }
});
