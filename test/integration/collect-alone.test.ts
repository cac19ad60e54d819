/** What a process that serves does about its young objects, as V8 itself tells. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../support/young-objects.ts', import.meta.url));

/** Scavenges, and how many threads told of a part in them, of a process that makes many objects. */
async function scavenges(): Promise<{ scavenges: number; parts: number }> {
  const flags = ['--trace-gc', '--trace-parallel-scavenge'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { maxBuffer: 2 ** 24 });
  const isScavenge = (line: string): boolean => / ms: Scavenge /.test(line);
  const all = stdout.split('\n');
  // The first may have come before the program had its say; parts are told before the scavenge that they belong to.
  const [, , third = 0] = [...all.entries()].flatMap(([at, line]) => (isScavenge(line) ? [at] : []));
  const lines = all.slice(third + 1);
  return {
    scavenges: lines.filter(isScavenge).length,
    parts: lines.filter(line => line.includes('scavenge[')).length,
  };
}

test('each scavenge is the work of one thread', async () => {
  const found = await scavenges();
  expect(found.scavenges).toBeGreaterThan(5);
  expect(found.parts).toBe(found.scavenges);
}, 120_000);
