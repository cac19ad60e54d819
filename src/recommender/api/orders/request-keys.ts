/**
 * Keys of the requests that have changed an order: kept in its document, so that they are written with what the request
 * brought, or not at all, and are known to every server for as long as the order is.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { type Keyed, keyedRequest, KeyReused } from '../idempotency.ts';

/** Hashes of its key and of its body, and the order's status as it was answered. */
export const keptRequest = z.object({ key: z.string(), body: z.string(), status: z.string() });
export type KeptRequest = z.infer<typeof keptRequest>;

/** Of an order: where so many others came after it, a request that is sent again is taken for a new one. */
export const mostRequestsKept = 32;

/** Who sent what under which key. */
export type RequestKey = Pick<KeptRequest, 'key' | 'body'>;

/** Undefined for a request without a key. @throws {InvalidRequest} for what is no key */
export function requestKey({ key, ...of }: Keyed): RequestKey | undefined {
  if (key === undefined) return undefined;
  const { scope, digest } = keyedRequest({ ...of, key });
  return { key: short(scope), body: short(digest) };
}

/** 128 bits: it is compared with those of one order. */
const short = (text: string): string => hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');

/** What is known of it; undefined where it was not sent before. @throws {KeyReused} with another body */
export function knownAmong(kept: readonly KeptRequest[], request: RequestKey | undefined): KeptRequest | undefined {
  const known = kept.find(({ key }) => key === request?.key);
  if (known !== undefined && known.body !== request?.body) throw new KeyReused();
  return known;
}

export const withRequest = (kept: readonly KeptRequest[], request: KeptRequest): KeptRequest[] =>
  [...kept, request].slice(-mostRequestsKept);
