/** What can be imported is pinned, for whoever changes it to see; `test/package` holds the packed package against it. */
import { expect, test } from 'vitest';
import * as client from '../src/client.ts';
import * as millrace from '../src/index.ts';
import * as log from '../src/log.ts';
import * as testing from '../src/testing.ts';
import { clientNames, logNames, publicNames, testingNames } from './package/consumer.ts';

test.for([
  ['millrace', millrace, publicNames],
  ['millrace/testing', testing, testingNames],
  ['millrace/log', log, logNames],
  ['millrace/client', client, clientNames],
] as const)('the values of %s are those that are pinned', ([, module, pinned]) => {
  expect(Object.keys(module).toSorted()).toEqual(pinned);
});
