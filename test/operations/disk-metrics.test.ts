/** What a process tells of the room on its disks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { registerDiskMetrics, type WrittenFolder } from '../../src/operations/disk-metrics.ts';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

const refusal = whyNoSmallDisk();

async function told(folders: readonly WrittenFolder[]): Promise<Map<string, number>> {
  const registry = new Registry();
  registerDiskMetrics(registry, folders);
  const metrics = await registry.getMetricsAsJSON();
  return new Map(
    metrics.flatMap(({ name, values }) =>
      values.map(({ labels, value }): [string, number] => [`${name} ${labels['folder'] ?? ''}`, value]),
    ),
  );
}

test.skipIf(refusal !== undefined)(
  `what is left and what there is are those of the disk of the folder${refusal === undefined ? '' : ` (not to be had: ${refusal})`}`,
  async () => {
    using disk = new SmallDisk();
    const folders = [{ holds: 'state', path: disk.folder }] as const;
    const size = (await told(folders)).get('millrace_disk_size_bytes state');
    expect(size).toBe(24 << 20);
    writeFileSync(join(disk.folder, 'half'), Buffer.alloc(12 << 20, 1));
    expect((await told(folders)).get('millrace_disk_available_bytes state')).toBe(12 << 20);
    disk.fill();
    expect((await told(folders)).get('millrace_disk_available_bytes state')).toBe(0);
    disk.free();
  },
);

test('a folder that is not there yet tells nothing, and the others are told all the same', async () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-disk-metrics-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const found = await told([
    { holds: 'data', path: data },
    { holds: 'state', path: join(data, 'state') },
  ]);
  expect([...found.keys()]).toEqual(['millrace_disk_available_bytes data', 'millrace_disk_size_bytes data']);
  expect(found.get('millrace_disk_available_bytes data')).toBeLessThanOrEqual(
    found.get('millrace_disk_size_bytes data') ?? 0,
  );
});
