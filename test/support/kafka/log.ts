/** Our adapter as tests of faults open it: it gives up soon, so that a test sees both that it does and what then happens. */
import type { KafkaLimits, KafkaOptions } from '../../../src/transport/kafka/options.ts';
import { type KafkaLog, openKafkaLog } from '../../../src/transport/kafka/open.ts';

export const impatient: Partial<KafkaLimits> = { connectTimeout: 1_000, requestTimeout: 1_500, longPoll: 100 };

export const openImpatient = (brokers: readonly string[], options: Partial<KafkaOptions> = {}): KafkaLog =>
  openKafkaLog({ brokers, clientId: 'faults', clock: () => Date.now(), limits: impatient, ...options });
