/** Why an engine has failed, as text: for who waits for it in another thread. */
import { MillraceError } from '../errors.ts';
import type { LoggingSettings } from '../operations/logging/settings.ts';
import { codeOf, ownWords } from '../operations/logging/told-error.ts';

/** Whoever reads the end of a process where its lines are collected is told what code says, and nothing of records. */
export function failureOf(
  error: unknown,
  { quotes }: Pick<LoggingSettings, 'quotes'> = { quotes: true },
): { readonly code: string; readonly message: string } {
  const isOurs = error instanceof MillraceError;
  const code = isOurs ? error.code : 'UNEXPECTED';
  if (quotes) return { code, message: isOurs ? error.message : String(error instanceof Error ? error.stack : error) };
  if (isOurs) return { code, message: `${ownWords(error)} ${error.remedy}` };
  const named = codeOf(error); // Node's own say by it what they are, as ERR_WORKER_OUT_OF_MEMORY, and have no words in code
  return {
    code,
    message: `by an error that nobody foresaw${named === undefined ? '' : ` (${named})`}: ${ownWords(error)}`,
  };
}
