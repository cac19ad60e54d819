/** Errors as answers: RFC 9457 with a stable code; no stack, and nothing from inside, ever leaves. */
import { NotTheOwner, StateNotReadable, UnknownState } from '../../engine/queries/errors.ts';
import { Unavailable } from '../../errors.ts';
import { RequestRefused } from './errors.ts';
import type { Problem } from './wire.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Content too large',
  415: 'Unsupported media type',
  417: 'Expectation failed',
  421: 'Misdirected request',
  408: 'Request timeout',
  409: 'Conflict',
  422: 'Unprocessable content',
  429: 'Too many requests',
  431: 'Request header fields too large',
  500: 'Internal error',
  503: 'Unavailable',
};

export const problemOf = (status: number, code: string, detail: string): Problem => ({
  type: 'about:blank',
  title: titles[status] ?? 'Refused',
  status,
  code,
  detail,
});

/** Fastify's own refusals, by its code. */
const refusals: ReadonlyMap<string, readonly [status: number, code: string, detail: string]> = new Map([
  ['FST_ERR_CTP_INVALID_JSON_BODY', [400, 'INVALID_JSON', 'The body is not JSON that can be read']],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', [400, 'INVALID_JSON', 'The body is empty']],
  ['FST_ERR_CTP_BODY_TOO_LARGE', [413, 'BODY_TOO_LARGE', 'The body has more bytes than the endpoint takes']],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', [415, 'UNSUPPORTED_MEDIA_TYPE', 'Send application/json']],
  ['FST_ERR_BAD_URL', [400, 'INVALID_URL', 'The path is not well encoded']],
]);

/** The problem that an error is to whoever asked. One of ours that nobody foresaw is told by its status alone. */
export function problemFor(error: unknown): Problem {
  if (error instanceof RequestRefused) return problemOf(error.status, error.code, error.message);
  if (error instanceof UnknownState) return problemOf(404, error.code, error.message);
  if (error instanceof NotTheOwner || error instanceof StateNotReadable)
    return problemOf(503, error.code, error.message);
  if (error instanceof Unavailable) return problemOf(503, error.code, 'Try again in a moment');
  const refusal = refusals.get(textOf(error, 'code'));
  if (refusal !== undefined) return problemOf(...refusal);
  const status = statusOf(error);
  if (status >= 400 && status < 500) return problemOf(status, 'BAD_REQUEST', 'The request cannot be read');
  return problemOf(500, 'INTERNAL', 'Something went wrong on our side; it has been reported');
}

function statusOf(error: unknown): number {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' ? status : 500;
}

function textOf(error: unknown, name: string): string {
  const text: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof text === 'string' ? text : '';
}
