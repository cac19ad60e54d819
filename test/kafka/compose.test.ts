/**
 * What docker-compose.yml runs, run without Docker: the same commands and settings, as processes, on a real broker and a
 * real azurite; only addresses, folders and ports are those of the test.
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { ratingSchema } from '../../schemas/types.ts';
import { openBlobSnapshots } from '../../src/snapshots/blob/snapshots.ts';
import { fromContainer } from '../../src/stream/container.ts';
import { compose } from '../docker/files.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { millraceWith, startedWith } from '../support/cli.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';

const { services } = compose();
const List = z.object({ reason: z.string() });
const Counts = z.object({ ratings: z.number(), items: z.number() });

describe.skipIf(noOwnBroker)('the commands of docker-compose.yml', () => {
  let folder: string;
  let broker: KafkaBroker;
  let azurite: Azurite;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'));
    [broker, azurite] = await Promise.all([KafkaBroker.start(), startAzurite()]);
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    await azurite[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** The environment of a service, with the addresses of this test, and the folders that its volumes are. */
  const environmentOf = (name: string): Record<string, string> => ({
    ...services[name]?.environment,
    MILLRACE_KAFKA_BROKERS: broker.brokers().join(','),
    MILLRACE_BLOB_CONNECTION_STRING: azurite.connectionString,
    MILLRACE_DATA: join(folder, 'data'),
    MILLRACE_STATE: join(folder, 'state'),
  });
  const once = (name: string, ...more: string[]) =>
    millraceWith(environmentOf(name), ...(services[name]?.command ?? []), ...more);
  const started = (name: string) => startedWith(environmentOf(name), ...(services[name]?.command ?? []));

  test('bring the whole up in their order, and down again', { timeout: 10 * 60_000 }, async () => {
    expect(await once('topics')).toMatchObject({ code: 0 });
    const imported = await once('import', '--json');
    expect(imported).toMatchObject({ code: 0 });
    expect(Counts.parse(JSON.parse(imported.stdout)).ratings).toBeGreaterThan(100_000);
    const again = await once('import', '--json');
    expect(Counts.parse(JSON.parse(again.stdout))).toEqual({ ratings: 0, items: 0 });

    const run = started('run');
    const serve = started('serve');
    const url = await forwardedTo(new URL(await serve.address()).port);
    expect((await fetch(`${url}/healthz/ready`)).status).toBe(200);
    expect(await (await fetch(url)).text()).toMatch(/<title>/);
    const user = await firstUser();
    const reason = async (): Promise<string> =>
      List.parse(await (await fetch(`${url}/v2/users/${user}/recommendations`)).json()).reason;
    await expect.poll(reason, { timeout: 4 * 60_000, interval: 500 }).toBe('personal');

    for (const process of [serve, run]) expect(await process.stop('SIGTERM')).toMatchObject({ code: 0 });
    const place = { connectionString: azurite.connectionString, container: 'millrace' };
    const snapshots = await openBlobSnapshots({ place, prefix: '', createContainer: false });
    expect(await snapshots.list('train/0/')).not.toEqual([]);
  });
});

/** Whoever rated first is in the first model version. */
async function firstUser(): Promise<string> {
  const file = createReadStream(join(root, 'data/ratings.avro'));
  for await (const { userId } of fromContainer(ratingSchema, file)) return userId;
  throw new Error('There are no ratings');
}

/** The forwarder of the compose file, from any port; answers where it listens. */
async function forwardedTo(port: string): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'deploy/forward.ts'), '0', port], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 10 * 60_000,
    killSignal: 'SIGKILL',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout)) {
    const [, from] = /^forwarding (\d+) to/.exec(line) ?? [];
    if (from !== undefined) return `http://127.0.0.1:${from}`;
  }
  throw new Error('It ended before it listened');
}
