/** One broker for all tests of Kafka; what was chosen is printed, and remembered for the summary of `npm test`. */
import type { TestProject } from 'vitest/node';
import { writeBroker } from '../../../scripts/results.ts';
import { choose, offers } from './choice.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Without brokers, all tests of Kafka skip; without `own`, those that break the broker they use. */
    kafka: { readonly brokers: string[]; readonly own: boolean };
  }
}

export default async function startBroker(project: TestProject): Promise<() => Promise<void>> {
  const machine = await offers();
  const choice = choose(machine);
  const lacks = machine.missingForJars;
  const line = lineOf(choice?.name, lacks);
  project.vitest.logger.log(line);
  await writeBroker(line);
  if (lacks !== undefined && process.env['MILLRACE_REQUIRE_BROKER'] === '1')
    throw new Error(`MILLRACE_REQUIRE_BROKER=1, but tests would be skipped: ${line}`);
  const shared = await choice?.start();
  project.provide('kafka', { brokers: shared?.brokers ?? [], own: lacks === undefined });
  return async () => shared?.stop();
}

/** The line says what was not tested, too. */
function lineOf(name: string | undefined, lacks: string | undefined): string {
  if (name === undefined) return `kafka: SKIPPED, there is no broker: no KAFKA_BROKERS, no Docker, no ${lacks}`;
  const skipped = lacks === undefined ? '' : `; what kills its broker is SKIPPED without ${lacks}`;
  return `kafka: tested against ${name}${skipped}`;
}
