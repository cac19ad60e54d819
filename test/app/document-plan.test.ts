/** What is said of the throughput of documents in Cosmos DB, before an account of the test. */
import { ErrorResponse } from '@azure/cosmos';
import { expect, onTestFinished, test } from 'vitest';
import { configure } from '../../src/app/configure.ts';
import { createDocuments, planDocuments } from '../../src/app/document-plan.ts';
import { throughputOf } from '../../src/documents/cosmos/provision.ts';
import { startFixture } from '../support/cosmos/server.ts';

async function account(more: Readonly<Record<string, string>> = {}) {
  const fixture = await startFixture({ key: Buffer.from('of the test').toString('base64') });
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  const { config } = configure({
    environment: {
      MILLRACE_DOCUMENTS: 'cosmos',
      MILLRACE_COSMOS_ENDPOINT: fixture.endpoint,
      MILLRACE_COSMOS_KEY: fixture.key,
      MILLRACE_COSMOS_DATABASE: 'shop',
      MILLRACE_COSMOS_THROUGHPUT_REQUEST_UNITS: '4000',
      ...more,
    },
  });
  const planned = () => planDocuments(config, ['counts']);
  return { fixture, create: () => createDocuments(config, ['counts']), planned };
}

test('what is configured is said where there is no database yet, and then what was bought', async () => {
  const { create, planned } = await account();
  expect(await planned()).toMatchObject({ throughput: 'autoscale, 4000 RU/s a database' });
  await create();
  expect(await planned()).toMatchObject({ throughput: 'autoscale up to 4000 RU/s', problems: [] });
});

test('whoever may not see what was bought is told so, and nothing that was made up', async () => {
  const { fixture, create, planned } = await account();
  await create();
  const before = fixture.requests.get('metadata') ?? 0;
  await planned();
  const asked = (fixture.requests.get('metadata') ?? 0) - before;
  // The offer is asked for last.
  fixture.setFaults([{ kind: 'status', status: 403, on: ['metadata'], skip: asked - 1 }]);
  const { throughput, problems } = await planned();
  expect({ throughput, problems }).toEqual({
    throughput: expect.stringMatching(
      /^throughput not visible to this identity.*az cosmosdb sql database throughput show/,
    ),
    problems: [],
  });
});

test('a database whose containers have throughput of their own has none', async () => {
  const { create, planned } = await account({ MILLRACE_COSMOS_THROUGHPUT_OF: 'container' });
  await create();
  expect(await planned()).toMatchObject({ throughput: 'no throughput of its own', problems: [] });
});

test('a serverless account, which refuses to be asked, is told as one; other refusals stay errors', async () => {
  const refusal = (message: string) => Object.assign(new ErrorResponse(message), { code: 400 });
  const refused = refusal('Reading or replacing offers is not supported for serverless accounts.');
  expect(await throughputOf(() => Promise.reject(refused))).toBe('serverless');
  await expect(throughputOf(() => Promise.reject(refusal('Syntax')))).rejects.toThrow('Syntax');
});
