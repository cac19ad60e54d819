/** `millrace replay` on a real broker: dry, real, twice, from a datetime, and while live. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { json, started } from '../support/cli.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';

const ratings = 400;

describe.skipIf(noOwnBroker)('replays on a broker', () => {
  let broker: KafkaBroker;
  let data: string;
  let half: Record<string, unknown>;
  let live: Record<string, unknown>;
  let between: string;

  const flags = () => ['--data', data, '--transport', 'kafka', '--brokers', broker.brokers().join(',')];
  const at = (...words: string[]) => json(...words, ...flags());
  /** A process with checkpoints of its own. */
  const apart = (name: string) => ['--state', join(data, name)];
  const made = ({ accepted, deadLetters, modelHash, recommendationsHash }: Record<string, unknown>) => {
    return { accepted, deadLetters, modelHash, recommendationsHash };
  };

  beforeAll(async () => {
    broker = await KafkaBroker.start();
    data = mkdtempSync(join(tmpdir(), 'millrace-replay-kafka-'));
    await at('generate', '--count', String(ratings / 2), '--rate', '0', '--partitions', '2');
    half = await at('run', '--until-caught-up');
    between = new Date(Date.now() + 1).toISOString();
    await at('generate', '--count', String(ratings / 2), '--rate', '0');
    live = await at('run', '--until-caught-up');
  });
  afterAll(async () => {
    rmSync(data, { recursive: true });
    await broker[Symbol.asyncDispose]();
  });

  test('dry: what would be read and written, and nothing of it done', async () => {
    const plan = await at('replay', '--into', 'dry', '--from', between, '--dry-run');
    expect(plan).toMatchObject({ dryRun: true, records: ratings / 2 });
    expect(await at('replay', 'list')).toEqual({ active: 'main', namespaces: [] });
  });

  test('from a datetime, real and twice', async () => {
    const first = await at('replay', '--into', 'since', '--from', between);
    expect(first).toMatchObject({ finished: true, accepted: ratings / 2 });
    const second = await at('replay', '--into', 'since');
    expect(second).toMatchObject({ finished: true, records: 0 });
    expect(made(second)).toEqual(made(first));
  });

  test('to a datetime, to the bit what was live by then; what is live stays as it is', async () => {
    expect(made(await at('replay', '--into', 'half', '--to', between))).toEqual(made(half));
    expect(made(await at('run', '--until-caught-up'))).toEqual(made(live));
  });

  test('while live, and switched in: what runs follows', async () => {
    const { child, stop, stderrSoFar } = started('run', ...flags(), '--json');
    onTestFinished(() => void child.kill('SIGKILL'));
    const sending = at('generate', '--count', '60', '--rate', '30');
    const replayed = await at('replay', '--into', 'again', '--switch', ...apart('again'));
    expect(replayed).toMatchObject({ finished: true, active: 'again' });
    await sending;
    await expect.poll(stderrSoFar).toMatch(/"namespace.switched".*"namespace":"again"/);
    await stop();
    expect(await at('run', '--until-caught-up')).toMatchObject({ accepted: ratings + 60 });
    await at('replay', 'switch', '--back');
    expect(await at('run', '--until-caught-up')).toMatchObject({ accepted: ratings + 60 });
    expect(await at('replay', 'drop', 'again')).toMatchObject({ topicsLeft: [] });
  });
});
