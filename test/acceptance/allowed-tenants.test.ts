/** The tenants that are named are those that there are: at the server, for orders, and for commands that write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../src/app/compose.ts';
import { orderPartition } from '../../src/recommender/orders/order.ts';
import { json, millraceWith, startedWith } from '../support/cli.ts';

const environment = { MILLRACE_TENANTS_ALLOWED: 'north,south' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-tenants-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function answered(...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await millraceWith(environment, ...words, '--json');
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  const answer: unknown = JSON.parse(stdout);
  return answer;
}

async function writeOrders(data: string): Promise<void> {
  await using ports = await openEmbedded(data);
  const [at, lines] = [Date.now(), [{ itemId: '1', quantity: 1 }]];
  for (const tenant of ['north', 'west']) {
    const key = { collection: 'orders', partition: orderPartition(tenant, 'ann'), id: 'o-1' };
    await ports.documents.put(key, { orderId: 'o-1', userId: 'ann', tenant, lines, placedAt: at }, 'always');
  }
}

test('what is of a tenant that is not named is refused wherever it would come in', async () => {
  const [data, keys] = [join(folder, 'data'), join(folder, 'keys')];
  const generate = ['generate', '--data', data, '--rate', '0', '--count', '50'];
  for (const words of [generate, ['import', 'bundled', '--data', data]]) {
    const { code, stderr } = await millraceWith(environment, ...words, '--tenant', 'nort');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/'nort' is none of tenants\.allowed.*'north'/s)]);
  }
  await answered(...generate, '--tenant', 'north');
  await writeOrders(data);
  await answered('run', '--until-caught-up', '--data', data);
  expect(await answered('dead-letters', 'list', '--data', data)).toMatchObject({
    total: 1,
    deadLetters: [{ topic: 'orders', reason: expect.stringMatching(/^TENANT_NOT_ALLOWED: tenant 'west'/) }],
  });

  const keyOf = async (tenant: string): Promise<string> => {
    const made = await json(
      'keys',
      'create',
      '--keys',
      keys,
      '--name',
      tenant,
      '--role',
      'service',
      '--tenant',
      tenant,
    );
    return String(made['key']);
  };
  const [north, west] = [await keyOf('north'), await keyOf('west')];
  const serve = startedWith(environment, 'serve', '--data', data, '--keys', keys);
  onTestFinished(() => void serve.child.kill('SIGKILL'));
  const url = await serve.address();
  const ask = async (key: string) => {
    const answer = await fetch(`${url}/v2/popular`, { headers: { authorization: `Bearer ${key}` } });
    return [answer.status, await answer.text()];
  };
  expect(await ask(north)).toEqual([200, expect.anything()]);
  expect(await ask(west)).toEqual([403, expect.stringMatching(/TENANT_NOT_ALLOWED/)]);
  await serve.stop('SIGTERM');
});
