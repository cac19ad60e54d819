/** What the tests of test/kafka run against. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';

const { brokers, own } = inject('kafka');

/** Of the broker that all tests share: leave it running, and take names of your own. */
export { brokers };

/** Each describe of test/kafka is a `describe.skipIf(noBroker)`. */
export const noBroker = brokers.length === 0;

/** The same, for tests that start a `KafkaBroker` of their own, to kill, freeze or configure it. */
export const noOwnBroker = !own;

/** Topics and groups outlive a test, and other tests use the same broker. */
export const unique = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;
