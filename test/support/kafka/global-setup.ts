/** One broker for all tests of Kafka; what was chosen is printed, and remembered for the summary of `npm test`. */
import type { TestProject } from 'vitest/node';
import { writeTold } from '../../../scripts/results.ts';
import { choose, lineOf, offers, refuseSkips } from './choice.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Without brokers, all tests of Kafka skip; without `own`, those that break the broker they use. */
    kafka: { readonly brokers: string[]; readonly own: boolean };
  }
}

export default async function startBroker(project: TestProject): Promise<() => Promise<void>> {
  const machine = await offers();
  const line = lineOf(machine);
  project.vitest.logger.log(line);
  await writeTold('kafka', line);
  if (process.env['MILLRACE_REQUIRE_BROKER'] === '1') refuseSkips(machine);
  const shared = await choose(machine)?.start();
  project.provide('kafka', { brokers: shared?.brokers ?? [], own: machine.missingForJars === undefined });
  return async () => shared?.stop();
}
