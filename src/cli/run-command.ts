import { failed, lineOf } from './errors.ts';
import { printJson } from './output.ts';
import { programOf } from './program.ts';

/** Runs what the arguments of the process ask for, and sets its exit code. */
export async function runCommand(): Promise<void> {
  try {
    await programOf().parseAsync(process.argv);
  } catch (error) {
    const failure = failed(error);
    if (failure === undefined) return;
    console.error(lineOf(failure));
    if (process.argv.includes('--json')) {
      const { code, message, remedy } = failure;
      printJson({ error: { code, message, remedy } });
    }
    process.exitCode = failure.exitCode;
  }
}
