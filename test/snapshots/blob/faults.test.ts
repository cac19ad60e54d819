/** What the blob adapter does when the service is away, slow, refuses, or answers and is not heard. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { openBlobSnapshots } from '../../../src/snapshots/blob/snapshots.ts';
import { SnapshotExists, type Snapshots, UnknownSnapshot } from '../../../src/snapshots/port.ts';
import { type Azurite, startAzurite } from '../../support/azurite.ts';
import { type Fate, type HttpFaults, httpFaults } from '../../support/http-faults.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // a process is started, killed, started again

let azurite: Azurite;
let faults: HttpFaults;
let container: string;

beforeAll(async () => {
  azurite = await startAzurite();
  faults = await httpFaults(azurite.port);
});
afterAll(async () => {
  await faults[Symbol.asyncDispose]();
  await azurite[Symbol.asyncDispose]();
});
beforeEach(() => {
  container = `test-${randomUUID()}`;
  faults.decide(() => 'passes');
});

const limits = { blockBytes: 1_000, partBytes: 1_000, pageNames: 2, timeoutMs: 20_000 };

const open = (connectionString = azurite.connectionString, more: Partial<typeof limits> = {}): Promise<Snapshots> =>
  openBlobSnapshots({
    place: { connectionString, container },
    prefix: '',
    createContainer: true,
    limits: { ...limits, ...more },
  });

const openFaulty = (more: Partial<typeof limits> = {}): Promise<Snapshots> => open(azurite.through(faults.port), more);

/** A fate for the requests that publish a snapshot; the others pass. */
const ofPublishing =
  (...fates: Fate[]) =>
  ({ url = '' }: IncomingMessage): Fate =>
    url.includes('comp=blocklist') ? (fates.shift() ?? 'passes') : 'passes';

const bytesOf = async (snapshots: Snapshots, name: string): Promise<Buffer> => {
  const parts = [];
  for await (const part of snapshots.get(name)) parts.push(part);
  return Buffer.concat(parts);
};

const many = Buffer.from(Array.from({ length: 4_500 }, (_, n) => n % 251));

const callsOf = (snapshots: Snapshots): readonly (() => Promise<unknown>)[] => [
  () => snapshots.list(''),
  () => snapshots.put('a', [many]),
  () => bytesOf(snapshots, 'a'),
  () => snapshots.remove('a'),
];

async function refusal(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('It did not fail');
}

describe('large snapshots', () => {
  test('are staged in blocks and come back in parts, byte by byte', async () => {
    const snapshots = await open();
    await snapshots.put('large', [many.subarray(0, 10), many.subarray(10, 2_500), many.subarray(2_500)]);
    expect((await bytesOf(snapshots, 'large')).equals(many)).toBe(true);
  });

  test('of many writers at once are those of one of them, whole', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => open()));
    const ends = await Promise.allSettled(all.map((one, n) => one.put('same', [Buffer.alloc(5_500, n)])));
    const winners = ends.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    const losers = ends.filter(({ status }) => status === 'rejected');
    expect(losers).toHaveLength(3);
    for (const end of losers) expect(end).toMatchObject({ reason: expect.any(SnapshotExists) });
    const [first] = all;
    expect(first === undefined ? undefined : await bytesOf(first, 'same')).toEqual(Buffer.alloc(5_500, winners[0]));
  });

  test('that a reader has begun and somebody removes are unknown, never cut short', async () => {
    const snapshots = await open();
    await snapshots.put('large', [many]);
    const reading = snapshots.get('large')[Symbol.asyncIterator]();
    await reading.next();
    await snapshots.remove('large');
    await snapshots.put('large', [many.toReversed()]);
    await expect(reading.next()).rejects.toThrow(UnknownSnapshot);
  });
});

test('a list goes on page by page to its end', async () => {
  const snapshots = await open();
  const names = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'];
  for (const name of names) await snapshots.put(name, []);
  expect(await snapshots.list('a/')).toEqual(names);
});

test('names of others in the container are no snapshots', async () => {
  const outer = await open();
  const inner = await openBlobSnapshots({
    place: { connectionString: azurite.connectionString, container },
    prefix: 'inner',
    createContainer: false,
  });
  await outer.put('inner-a', []);
  await outer.put('b', []);
  await inner.put('a', []);
  expect(await inner.list('')).toEqual(['a']);
  expect(await outer.list('inner/')).toEqual(['inner/a']);
});

describe('a service that is away', () => {
  test('makes every call Unavailable, and the same connection goes on when it is back: what was whole still is', async () => {
    const snapshots = await open();
    await snapshots.put('whole', [many]);
    await azurite.untilSaved(container);
    await azurite.untilSaved('"whole"');
    async function* killing(): AsyncGenerator<Uint8Array> {
      yield many;
      await azurite.kill();
      yield many;
    }
    try {
      await expect(snapshots.put('torn', killing())).rejects.toThrow(Unavailable);
      for (const call of [() => snapshots.list(''), () => bytesOf(snapshots, 'whole'), () => snapshots.remove('whole')])
        await expect(call()).rejects.toThrow(Unavailable);
    } finally {
      await azurite.restart();
    }
    expect(await snapshots.list('')).toEqual(['whole']);
    expect((await bytesOf(snapshots, 'whole')).equals(many)).toBe(true);
    await snapshots.put('torn', [many, many]);
    expect(await bytesOf(snapshots, 'torn')).toHaveLength(2 * many.length);
  });

  test.for([429, 500, 503])('or says %i is Unavailable', async status => {
    const snapshots = await openFaulty();
    faults.decide(() => status);
    await expect(snapshots.list('')).rejects.toThrow(Unavailable);
    await expect(snapshots.put('a', [many])).rejects.toThrow(Unavailable);
    await expect(bytesOf(snapshots, 'a')).rejects.toThrow(Unavailable);
  });

  test('or does not answer is Unavailable after a time', async () => {
    const snapshots = await openFaulty({ timeoutMs: 200 });
    faults.decide(() => 'hangs');
    await expect(snapshots.put('a', [many])).rejects.toThrow(/did not answer within 200 ms/);
    await expect(snapshots.list('')).rejects.toThrow(Unavailable);
  });

  test('for a moment is not noticed', async () => {
    const snapshots = await openFaulty();
    let requests = 0;
    faults.decide(() => (requests++ % 2 === 0 ? 503 : 'passes'));
    await snapshots.put('a', [many]);
    expect((await bytesOf(snapshots, 'a')).equals(many)).toBe(true);
  });
});

describe('an answer that is lost', () => {
  test('to what was published is asked for again: the snapshot that is there is ours', async () => {
    const snapshots = await openFaulty();
    await snapshots.list('');
    faults.decide(ofPublishing('loses'));
    await snapshots.put('a', [many]);
    expect((await bytesOf(snapshots, 'a')).equals(many)).toBe(true);
    await expect(snapshots.put('a', [many])).rejects.toThrow(SnapshotExists);
  });

  test('does not make the snapshot of somebody else ours', async () => {
    const snapshots = await openFaulty();
    await (await open()).put('a', [many]);
    faults.decide(ofPublishing('loses', 'loses'));
    await expect(snapshots.put('a', [Buffer.from('other')])).rejects.toThrow(SnapshotExists);
    expect((await bytesOf(snapshots, 'a')).equals(many)).toBe(true);
  });
});

describe('a service that refuses says what to do', () => {
  test('where the container is missing and nobody asked to create it', async () => {
    const place = { connectionString: azurite.connectionString, container };
    const snapshots = await openBlobSnapshots({ place, prefix: '', createContainer: false });
    for (const call of callsOf(snapshots))
      expect(await refusal(call())).toMatchObject({
        code: 'NO_CONTAINER',
        message: expect.stringMatching(/does not exist.*blob\.createContainer/),
      });
  });

  test('where the key is wrong, and shows no key', async () => {
    const wrong = azurite.connectionString.replace('AccountKey=E', 'AccountKey=F');
    const snapshots = await open(wrong);
    for (const call of callsOf(snapshots)) {
      const error = await refusal(call());
      expect(error).toMatchObject({
        code: 'CONTAINER_REFUSED',
        message: expect.stringMatching(/Contributor.*mend the key/),
      });
      expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/by8vdM02|SharedKey/);
    }
  });

  test.for(['nonsense', 'AccountName=a;AccountKey=topsecret', ''])('where %j is no connection string', async text => {
    const error = await refusal(open(text));
    expect(error).toMatchObject({ code: 'INVALID_BLOB_SETTINGS' });
    expect(error.message).not.toContain('topsecret');
  });

  test.for([
    ['http://a.example/box', /https only/],
    ['https://a.example/', /no URL of a container/],
    ['box', /no URL of a container/],
  ] as const)('where %s is to be opened with Entra ID', async ([url, says]) => {
    await expect(openBlobSnapshots({ place: { url }, prefix: '', createContainer: false })).rejects.toThrow(says);
  });
});
