/**
 * Which programs of others are missing that the tests ask (test/support/linters.ts): where `MILLRACE_REQUIRE_TOOLS=1`, as
 * `.ci/run` says, a missing one is a failure and not a skipped test.
 */
import { missingTools } from '../test/support/linters.ts';

const missing = missingTools();
for (const [name, about] of missing)
  console.log(`${name} is not here, so nobody looks at ${about}: .ci/run installs it`);
process.exitCode = missing.length > 0 && process.env['MILLRACE_REQUIRE_TOOLS'] === '1' ? 1 : 0;
