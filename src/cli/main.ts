/** The command line: `millrace COMMAND`. Exit codes: 0 done, 1 failed, 2 misused. */
import { failed, lineOf } from './errors.ts';
import { printJson } from './output.ts';
import { programOf } from './program.ts';

try {
  await programOf().parseAsync(process.argv);
} catch (error) {
  const failure = failed(error);
  if (failure !== undefined) {
    console.error(lineOf(failure));
    if (process.argv.includes('--json')) {
      const { code, message, remedy } = failure;
      printJson({ error: { code, message, remedy } });
    }
    process.exitCode = failure.exitCode;
  }
}
