/** What can be imported is pinned, for whoever changes it to see; `test/package` holds the packed package against it. */
import { expect, test } from 'vitest';
import * as client from '../src/client.ts';
import * as millrace from '../src/index.ts';
import * as log from '../src/log.ts';
import * as testing from '../src/testing.ts';
import { testTopology } from '../src/testing.ts';
import { clientNames, logNames, publicNames, testingNames } from './package/consumer.ts';
import { topologies } from './package/operators.ts';

test.for([
  ['millrace', millrace, publicNames],
  ['millrace/testing', testing, testingNames],
  ['millrace/log', log, logNames],
  ['millrace/client', client, clientNames],
] as const)('the values of %s are those that are pinned', ([, module, pinned]) => {
  expect(Object.keys(module).toSorted()).toEqual(pinned);
});

test('what a consumer writes with every operator builds', async () => {
  await using run = await testTopology(topologies);
  const described = run.describe();
  for (const kind of ['distinct', 'windowed', 'inner join', 'left table join', 'left tables join', 'process', 'keyed'])
    expect(described).toContain(`(${kind})`);
});
