/** Answers that may be kept but have to be asked about: ETag and Cache-Control, RFC 9110 and RFC 9111. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Answer, Endpoint } from './endpoint.ts';

/** An answer as it is sent: a text of JSON, or what the endpoint gave. */
export interface Sent extends Answer {
  readonly headers: { readonly [name: string]: string };
}

const json = 'application/json; charset=utf-8';

/**
 * What is sent for an answer, or 304 without a body where the asker has it already. The tag is weak: it says nothing of
 * how old the answer is, which changes with the clock alone. Nobody is answered from a cache that has not asked: a list
 * may have changed a moment ago.
 */
export function cachedAnswer(endpoint: Endpoint, answer: Answer, ifNoneMatch: string | undefined): Sent {
  const { method, mediaType, access } = endpoint;
  const { status, body } = answer;
  const isKept = method === 'GET' && status === 200 && mediaType === undefined && !(body instanceof Readable);
  if (!isKept || typeof body !== 'object' || body === null || endpoint.path.startsWith('/healthz/'))
    return { ...answer, headers: { 'cache-control': 'no-store', ...answer.headers } };
  const { ageMs, text } = told(body);
  const etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  const headers = {
    etag,
    'cache-control': access === 'public' ? 'public, no-cache' : 'private, no-cache',
    ...answer.headers,
  };
  if (matches(ifNoneMatch, etag)) return { status: 304, body: undefined, headers };
  // Written once, for the tag and for the answer: the age goes in at the end.
  const whole = ageMs === undefined ? text : `${text.slice(0, -1)},"ageMs":${JSON.stringify(ageMs)}}`;
  return { status, body: whole, headers: { 'content-type': json, ...headers } };
}

function told(body: object): { readonly ageMs: unknown; readonly text: string } {
  if (!('ageMs' in body)) return { ageMs: undefined, text: JSON.stringify(body) };
  const { ageMs, ...rest } = body;
  return { ageMs, text: JSON.stringify(rest) };
}

/** Tags are compared weakly, as a GET asks for. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some(tag => weak(tag) === weak(etag));
}
