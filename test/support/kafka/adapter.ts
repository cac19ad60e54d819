/** The adapter as tests open it: closed at the end of their scope, with times that let a test see them pass. */
import { openKafkaLog, type KafkaLog } from '../../../src/transport/kafka/open.ts';
import type { KafkaLimits, KafkaOptions } from '../../../src/transport/kafka/options.ts';

/** For tests that wait until an answer is too late. */
export const impatient: Partial<KafkaLimits> = { connectTimeout: 700, requestTimeout: 700, longPoll: 100 };

export interface OpenedLog extends AsyncDisposable {
  readonly log: KafkaLog;
}

export function opened(brokers: readonly string[], more: Partial<KafkaOptions> = {}): OpenedLog {
  const log = openKafkaLog({ brokers, clientId: 'millrace-test', clock: () => Date.now(), ...more });
  return { log, [Symbol.asyncDispose]: () => log.close() };
}
