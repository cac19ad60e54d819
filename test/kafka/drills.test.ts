/** What is computed anew from the log of a broker; the same on other adapters is in test/drills. */
import { describe, expect, test } from 'vitest';
import { done } from '../drills/done.ts';
import { rebuild } from '../drills/rebuild.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';

describe.skipIf(noOwnBroker)('a drill with a broker', () => {
  test('state and snapshots are lost, and all of it is computed anew from its log', async ({ signal }) => {
    const phases = await done(rebuild, { transport: 'kafka' }, signal);
    expect(phases).toContain('recover');
  });
});
