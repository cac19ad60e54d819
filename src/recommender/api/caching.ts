/** Answers that may be kept but have to be asked about: ETag and Cache-Control, RFC 9110 and RFC 9111. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Answer, Endpoint } from './endpoint.ts';

/** An answer as it is sent: a text of JSON, or what the endpoint gave. */
export interface Sent extends Answer {
  readonly headers: { readonly [name: string]: string };
}

const json = 'application/json; charset=utf-8';

/** An answer with its tag, written once for all who are given it: only how old it is changes. */
export interface TaggedAnswer {
  /** JSON without `ageMs`. */
  readonly text: string;
  readonly etag: string;
  /** Without that of the content's type. */
  readonly headers: { readonly [name: string]: string };
}

/**
 * Undefined for what nobody may keep. The tag is weak: it says nothing of how old the answer is, which changes with the
 * clock alone. Nobody is answered from a cache that has not asked: a list may have changed a moment ago.
 */
export function taggedAnswer(endpoint: Endpoint, { status, body, headers }: Answer): TaggedAnswer | undefined {
  const { method, mediaType, access } = endpoint;
  const isKept = method === 'GET' && status === 200 && mediaType === undefined && !(body instanceof Readable);
  if (!isKept || typeof body !== 'object' || body === null || endpoint.path.startsWith('/healthz/')) return undefined;
  const text = textOf(body);
  const etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  const control = access === 'public' ? 'public, no-cache' : 'private, no-cache';
  return { text, etag, headers: { etag, 'cache-control': control, ...headers } };
}

/** What is sent for it, or 304 without a body where the asker has it already; `ageMs` is undefined where it has no age. */
export function sentAnswer(
  { text, etag, headers }: TaggedAnswer,
  ageMs: unknown,
  ifNoneMatch: string | undefined,
): Sent {
  if (matches(ifNoneMatch, etag)) return { status: 304, body: undefined, headers };
  const whole = ageMs === undefined ? text : `${text.slice(0, -1)},"ageMs":${JSON.stringify(ageMs)}}`;
  return { status: 200, body: whole, headers: { 'content-type': json, ...headers } };
}

/** How old an answer says that it is. */
export const ageOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'ageMs' in body ? body.ageMs : undefined;

function textOf(body: object): string {
  if (!('ageMs' in body)) return JSON.stringify(body);
  const { ageMs: _, ...rest } = body;
  return JSON.stringify(rest);
}

/** Tags are compared weakly, as a GET asks for. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some(tag => weak(tag) === weak(etag));
}
