/** A disk that is full in the midst of the work: each port's, and that of all. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topologies } from '../../../examples/sensor-counts.ts';
import { openEmbedded, openPorts, type Ports } from '../../../src/app/compose.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { Observer } from '../../../src/engine/runner.ts';
import { createTopics, demanded, written } from '../../support/kill-outcome.ts';
import { type SentEvent, Traffic } from '../../support/kill-traffic.ts';
import { Random } from '../../support/random.ts';
import { SmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';

const deadline_ms = 180_000;
const refusal = whyNoSmallDisk();
let folder: string;
let sent: readonly SentEvent[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-full-'));
  await using ports = await openEmbedded(join(folder, 'backlog'));
  await createTopics(ports);
  const traffic = new Traffic(ports.transport, new Random(5));
  await traffic.send(300);
  sent = traffic.sent;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(refusal !== undefined)(
  `a full disk${refusal === undefined ? '' : ` (not to be had: ${refusal})`}`,
  () => {
    /** What of the data folder lies on the small disk, all of it where that is empty; and what the task then says. */
    test.each([
      ['the log', 'log.db', /log\.db: database or disk is full\. Free the disk/],
      ['documents and journals', 'documents.db', /documents\.db: database or disk is full\. Free the disk/],
      ['checkpoints', 'state', /state\.db: database or disk is full\. Free the disk/],
      ['snapshots', 'snapshots', /snapshots: ENOSPC: no space left on device, write\. Free the disk/],
      ['everything', '', /\.db: database or disk is full\. Free the disk/],
    ])('of %s makes tasks wait, say why, and go on by themselves once there is room', async (_, part, why) => {
      using disk = new SmallDisk();
      await using ports = await openPorts(placed(part, disk));
      const told: string[] = [];
      let epochs = 0;
      await drained(ports, {
        committed: () => {
          if (++epochs === 8) disk.fill();
        },
        waiting: (_task, _what, error, attempt) => {
          told.push(error.message);
          if (attempt === 3) disk.free();
        },
      });
      expect(told.length).toBeGreaterThanOrEqual(3);
      for (const line of told) expect(line).toMatch(why);
      expect(await written(ports)).toEqual(demanded(sent));
    });

    test('ends a start with what to do, and the next start finds everything as it was', async () => {
      using disk = new SmallDisk();
      const settings = placed('', disk);
      disk.fill();
      const unavailable = { code: 'UNAVAILABLE', message: expect.stringMatching(/\.db: .*Free the disk/) };
      await expect(openPorts(settings)).rejects.toMatchObject(unavailable);
      disk.free();
      await using ports = await openPorts(settings);
      await drained(ports, {});
      expect(await written(ports)).toEqual(demanded(sent));
    });
  },
);

/** A copy of the backlog, a part of it on the small disk, and the settings that open it. */
function placed(part: string, disk: SmallDisk) {
  const data = part === '' ? join(disk.folder, 'data') : mkdtempSync(join(folder, 'data-'));
  cpSync(join(folder, 'backlog'), data, { recursive: true });
  const settings = { data, transport: 'embedded', documents: 'sqlite' } as const;
  if (part === '') return settings;
  if (part === 'state') return { ...settings, state: disk.folder };
  const there = join(disk.folder, part);
  cpSync(join(data, part), there, { recursive: true });
  rmSync(join(data, part), { recursive: true });
  symlinkSync(there, join(data, part));
  return settings;
}

async function drained(ports: Ports, observer: Observer): Promise<void> {
  const engine = await Engine.open({
    topologies,
    transport: ports.transport,
    documents: ports.documents,
    store: ports.openStore(),
    registry: ports.registry,
    clock: ports.clock,
    maxRecords: 20,
    budgetBytes: 1 << 24,
    observer,
    snapshots: { to: ports.snapshots, everyEpochs: 7, keep: 2 },
  });
  const deadline = AbortSignal.timeout(deadline_ms);
  await engine.runUntilCaughtUp(deadline);
  deadline.throwIfAborted();
}
