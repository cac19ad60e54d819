/** The project that `millrace init` makes, on a broker: as its README says, with the address of this one. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json } from '../support/cli.ts';
import { installSources, outputOf } from '../support/installed.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';
import { blocksOf } from '../support/markdown.ts';

describe.skipIf(noOwnBroker)('a project that init made, on a broker', () => {
  let folder: string;
  let broker: KafkaBroker;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-init-kafka-'));
    broker = await KafkaBroker.start();
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('counts what was sent there, by the commands of its README', async () => {
    const project = join(folder, 'visits');
    await json('init', project);
    await installSources(project);
    const blocks = blocksOf(await readFile(join(project, 'README.md'), 'utf8'));
    const shown = blocks.find(({ language }) => language === 'console')?.text ?? '';
    const [compose = '', run = '', send = '', show = ''] = shown
      .replaceAll('127.0.0.1:19092', broker.brokers().join(','))
      .split('\n');
    expect(compose).toMatch(/^docker compose up/); // its broker is this one
    const drain = `${run} --until-caught-up`;
    const said = await outputOf(project, [drain, send, drain, show].join('\n'));
    expect(said).toMatch(/^2 visits sent$/m);
    expect(said).toMatch(/^\/home \S+ 1$/m);
    expect(said).toMatch(/^\/prices \S+ 1$/m);
  });
});
