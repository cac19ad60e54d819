/** What may be sent again where nobody knows whether it was done: by the server's own description. */
import { byKey, idempotent } from './repeatable.ts';

/** `as it is`: once more brings nothing more. `by key`: so it is with a key. `never`: it might be done twice. */
export type Repeatability = 'as it is' | 'by key' | 'never';

const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE']);

/** `path` as the description writes it, with its parameters in braces. */
export function repeatability(method: string, path: string): Repeatability {
  if (harmless.has(method)) return 'as it is';
  const operation = `${method} ${path}`;
  if (byKey.has(operation)) return 'by key';
  return idempotent.has(operation) ? 'as it is' : 'never';
}
