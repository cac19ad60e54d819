/** What is opened is closed again, also where the next port cannot be opened. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { configure } from '../../src/app/configure.ts';
import { portSettings } from '../../src/app/port-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const settings = (more: Readonly<Record<string, string>> = {}) =>
  portSettings(configure({ environment: { MILLRACE_DATA: folder, ...more } }).config);

/** Files of the folder that this process has open. */
function held(): string[] {
  return readdirSync('/proc/self/fd').flatMap(number => {
    try {
      const path = readlinkSync(join('/proc/self/fd', number));
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return []; // closed meanwhile: that of the listing itself
    }
  });
}

test.skipIf(process.platform !== 'linux')(
  'no file is held after a port could not be opened, nor after closing',
  async () => {
    // The log cannot be opened after the documents, snapshots after both, and no namespace is called so.
    writeFileSync(join(folder, 'log.db'), 'this is no database of SQLite, whatever it is called'.repeat(20));
    await expect(openPorts(settings())).rejects.toThrow();
    expect(held()).toEqual([]);
    rmSync(join(folder, 'log.db'));
    await expect(openPorts({ ...settings(), namespace: 'nowhere' })).rejects.toThrow(/nowhere/);
    expect(held()).toEqual([]);
    const ports = await openPorts(settings());
    expect(held().length).toBeGreaterThan(1);
    await ports[Symbol.asyncDispose]();
    expect(held()).toEqual([]);
  },
);
