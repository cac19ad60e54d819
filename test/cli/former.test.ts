/** What a command that copies knows of what is left behind by its settings. */
import { expect, test } from 'vitest';
import { configure } from '../../src/app/configure.ts';
import { unaskedBy } from '../../src/cli/former.ts';

const azureId = `azure:${'0'.repeat(32)}`;
const kafka = { MILLRACE_TRANSPORT: 'kafka', MILLRACE_KAFKA_BROKERS: 'a:1' };
const unasked = (environment: Record<string, string>) => unaskedBy(configure({ environment }).config);

test('a registry that no setting names is the one to be named; a folder has none, and fingerprints need none', () => {
  expect(unasked(kafka)('confluent:7')).toBe('schemas.confluent.url');
  expect(unasked(kafka)(azureId)).toBe('schemas.azure.url');
  expect(unasked(kafka)('0123456789abcdef')).toBeUndefined();
  expect(unasked({})('confluent:7')).toBeUndefined();
  const named = unasked({
    ...kafka,
    MILLRACE_SCHEMAS_CONFLUENT_URL: 'http://registry:8081',
    MILLRACE_SCHEMAS_AZURE_URL: 'https://space.servicebus.windows.net',
  });
  expect([named('confluent:7'), named(azureId)]).toEqual([undefined, undefined]);
});
