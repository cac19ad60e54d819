/** Whether the tests of test/spark can run here; it is printed, and remembered for the summary of `npm test`. */
import type { TestProject } from 'vitest/node';
import { writeTold } from '../../../scripts/results.ts';
import { lineOf, missingForSpark } from './programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Each describe of test/spark is a `describe.skipIf(inject('noSpark'))`. */
    readonly noSpark: boolean;
  }
}

export default async function lookForSpark(project: TestProject): Promise<void> {
  const missing = await missingForSpark();
  const line = lineOf(missing);
  project.vitest.logger.log(line);
  await writeTold('spark', line);
  if (missing !== undefined && process.env['MILLRACE_REQUIRE_SPARK'] === '1')
    throw new Error(`MILLRACE_REQUIRE_SPARK=1, but tests would be skipped: ${line}`);
  project.provide('noSpark', missing !== undefined);
}
