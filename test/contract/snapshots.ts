import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { BadSnapshotName, SnapshotExists, UnknownSnapshot, type Snapshots } from '../../src/snapshots/port.ts';
import { promises } from './promises.ts';

/** One store that the suite may fill: durable, and shared by all who connect. */
export interface SnapshotsPlace {
  connect(): Promise<Snapshots>;
  /** Frees the place; all connections are closed already. */
  remove(): Promise<void>;
}

interface SnapshotsSetting {
  readonly snapshots: Snapshots;
  /** One more connection to the same place. */
  readonly connect: () => Promise<Snapshots>;
}

const LONGEST_PART_BYTES = 4 * 1024 * 1024;

/** What every adapter of the snapshots port promises; `gaps` are the promises, by sentence, that this one breaks. */
export function snapshotsContract(
  name: string,
  open: () => Promise<SnapshotsPlace>,
  gaps: readonly string[] = [],
): void {
  describe(`snapshots: ${name}`, () => {
    const promise = promises<SnapshotsSetting>(gaps, work => inSetting(open, work));

    promise('a snapshot is read back byte by byte', async ({ snapshots }) => {
      await snapshots.put('train/0/000000000042.avro', [bytes(0, 1, 255), bytes(), bytes(7)]);
      expect(await read(snapshots, 'train/0/000000000042.avro')).toEqual(Buffer.from([0, 1, 255, 7]));
    });

    promise('a snapshot may be empty', async ({ snapshots }) => {
      await snapshots.put('empty', []);
      expect(await read(snapshots, 'empty')).toHaveLength(0);
      expect(await snapshots.list('')).toEqual(['empty']);
    });

    promise('a large snapshot comes back in parts of bounded size', async ({ snapshots }) => {
      const large = pattern(9_000_000);
      await snapshots.put('large', [large]);
      const lengths = [];
      for await (const part of snapshots.get('large')) lengths.push(part.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(LONGEST_PART_BYTES);
      expect((await read(snapshots, 'large')).equals(large)).toBe(true);
    });

    promise('any bytes in any parts come back, from a stream as well', async ({ snapshots }) => {
      let run = 0;
      const property = fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async parts => {
        const snapshot = `run-${(run += 1)}`;
        await snapshots.put(snapshot, run % 2 ? parts : streamed(parts));
        expect(await read(snapshots, snapshot)).toEqual(Buffer.concat(parts));
      });
      await fc.assert(property, { numRuns: 30 });
    });

    promise('a reader may stop early', async ({ snapshots }) => {
      await snapshots.put('large', [pattern(1_000_000)]);
      for await (const part of snapshots.get('large')) {
        expect(part.length).toBeGreaterThan(0);
        break;
      }
      expect(await read(snapshots, 'large')).toHaveLength(1_000_000);
    });

    promise('a snapshot is never replaced', async ({ snapshots }) => {
      await snapshots.put('a/b', [bytes(1)]);
      await expect(snapshots.put('a/b', [bytes(2)])).rejects.toThrow(SnapshotExists);
      expect(await read(snapshots, 'a/b')).toEqual(Buffer.from([1]));
    });

    promise('of many who write one name at once exactly one succeeds', async ({ snapshots, connect }) => {
      const other = await connect();
      const writers = Array.from({ length: 8 }, (_, n) => n);
      const puts = writers.map(n => (n % 2 ? other : snapshots).put('a/b', streamed([bytes(n), pattern(100_000)])));
      const outcomes = await Promise.allSettled(puts);
      const refusals = outcomes.flatMap((outcome): unknown[] =>
        outcome.status === 'rejected' ? [outcome.reason] : [],
      );
      expect(refusals).toHaveLength(writers.length - 1);
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(SnapshotExists);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect((await read(snapshots, 'a/b'))[0]).toBe(winner);
    });

    promise('a snapshot is invisible until it is complete', async ({ snapshots, connect }) => {
      const other = await connect();
      async function* parts(): AsyncGenerator<Uint8Array> {
        yield pattern(200_000);
        expect(await other.list('')).toEqual([]);
        await expect(read(other, 'a/b')).rejects.toThrow(UnknownSnapshot);
        yield bytes(1);
      }
      await snapshots.put('a/b', parts());
      expect(await other.list('')).toEqual(['a/b']);
    });

    promise('a writer whose parts fail leaves nothing and frees the name', async ({ snapshots }) => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield pattern(200_000);
        throw new Error('the state could not be read');
      }
      await expect(snapshots.put('a/b', failing())).rejects.toThrow('the state could not be read');
      expect(await snapshots.list('')).toEqual([]);
      await snapshots.put('a/b', [bytes(1)]);
      expect(await read(snapshots, 'a/b')).toHaveLength(1);
    });

    promise('a name that nothing has is unknown', async ({ snapshots }) => {
      await snapshots.put('train/0/1', [bytes(1)]);
      for (const unknown of ['train/0/2', 'train', 'train/0', 'train/0/1/2', 'Train/0/1'])
        await expect(read(snapshots, unknown)).rejects.toThrow(UnknownSnapshot);
    });

    promise('a list holds the names that begin with a prefix, in ascending order', async ({ snapshots }) => {
      for (const each of ['t/1/b', 't/10/a', 't/1/a', 't-1', 'u']) await snapshots.put(each, []);
      expect(await snapshots.list('')).toEqual(['t-1', 't/1/a', 't/1/b', 't/10/a', 'u']);
      expect(await snapshots.list('t/')).toEqual(['t/1/a', 't/1/b', 't/10/a']);
      expect(await snapshots.list('t/1')).toEqual(['t/1/a', 't/1/b', 't/10/a']);
      expect(await snapshots.list('t/1/')).toEqual(['t/1/a', 't/1/b']);
      expect(await snapshots.list('t/1/b')).toEqual(['t/1/b']);
      expect(await snapshots.list('v/')).toEqual([]);
    });

    promise('a removed snapshot is gone and its name is free', async ({ snapshots }) => {
      await snapshots.put('a/b', [bytes(1)]);
      await snapshots.put('a/c', [bytes(2)]);
      await snapshots.remove('a/b');
      expect(await snapshots.list('')).toEqual(['a/c']);
      await expect(read(snapshots, 'a/b')).rejects.toThrow(UnknownSnapshot);
      await snapshots.put('a/b', [bytes(3)]);
      expect(await read(snapshots, 'a/b')).toEqual(Buffer.from([3]));
    });

    promise('removing what is not there does nothing', async ({ snapshots }) => {
      await snapshots.put('a/b', [bytes(1)]);
      for (const unknown of ['a', 'a/c', 'a/b/c', 'z']) await snapshots.remove(unknown);
      expect(await snapshots.list('')).toEqual(['a/b']);
    });

    promise('a name that could leave the store or hide in it is refused everywhere', async ({ snapshots }) => {
      for (const bad of badNames) {
        await expect(snapshots.put(bad, [])).rejects.toThrow(BadSnapshotName);
        await expect(read(snapshots, bad)).rejects.toThrow(BadSnapshotName);
        await expect(snapshots.remove(bad)).rejects.toThrow(BadSnapshotName);
      }
      for (const bad of ['../', '/', 'a/../', 'a//b', '..']) {
        await expect(snapshots.list(bad)).rejects.toThrow(BadSnapshotName);
      }
    });

    promise('snapshots last and are shared', async ({ snapshots, connect }) => {
      await snapshots.put('a/b', [bytes(1, 2)]);
      await snapshots.close();
      const again = await connect();
      expect(await again.list('')).toEqual(['a/b']);
      expect(await read(again, 'a/b')).toEqual(Buffer.from([1, 2]));
      await expect(again.put('a/b', [])).rejects.toThrow(SnapshotExists);
    });
  });
}

const climbing = ['.', '..', '../a', 'a/../b', 'a/./b', 'a/..', '%2e%2e/a', '.hidden', 'a/.hidden'];
const slashes = ['', '/', '/a', 'a/', 'a//b', 'a\\b', 'C:\\a'];
const characters = ['a\0b', 'a b', 'a\nb', '~a', 'a:b', 'é'];
const tooLong = ['x'.repeat(256), `${'x/'.repeat(600)}x`];
const badNames = [climbing, slashes, characters, tooLong].flat();

async function inSetting(
  open: () => Promise<SnapshotsPlace>,
  work: (setting: SnapshotsSetting) => Promise<void>,
): Promise<void> {
  const place = await open();
  const connections: Snapshots[] = [];
  const connect = async (): Promise<Snapshots> => {
    const connection = await place.connect();
    connections.push(connection);
    return connection;
  };
  try {
    await work({ snapshots: await connect(), connect });
  } finally {
    await Promise.all(connections.map(connection => connection.close()));
    await place.remove();
  }
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 31) % 251);
}

async function* streamed(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function read(snapshots: Snapshots, name: string): Promise<Buffer> {
  const parts = [];
  for await (const part of snapshots.get(name)) parts.push(part);
  return Buffer.concat(parts);
}
