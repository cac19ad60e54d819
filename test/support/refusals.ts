/** What no answer of the API may be or tell. */
import { z } from 'zod';
import { root } from '../../scripts/results.ts';

const problem = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string().min(1),
  status: z.int().min(400).max(499),
  code: z.string().regex(/^[A-Z_]+$/),
  detail: z.string().min(1).max(2_000),
  requestId: z
    .string()
    .regex(/^[\w.:-]{1,128}$/)
    .optional(),
});
/** What only somebody inside knows. */
const inside = [root, 'node_modules', '.ts:', 'at async', 'SQLITE', 'ZodError', 'of the shop'];

export interface Got {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: string;
}

/** What is wrong with an answer; nothing where nothing is. */
export function wrongIn({ statusCode, headers, body }: Got, secrets: readonly string[]): string[] {
  const wrong = [...inside, ...secrets].filter(text => body.includes(text)).map(text => `tells ${text.slice(0, 20)}`);
  if (statusCode >= 500) wrong.push(`status ${statusCode}`);
  if ('x-evil' in headers || 'set-cookie' in headers) wrong.push('a header of the asker');
  if (statusCode < 400) return wrong;
  if (!String(headers['content-type']).startsWith('application/problem+json')) wrong.push('no problem document');
  else if (!problem.safeParse(JSON.parse(body || '""')).success) wrong.push(`no problem: ${body.slice(0, 200)}`);
  return wrong;
}
