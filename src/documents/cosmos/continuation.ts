/** Where a reader of a change feed is, as a text of ours around what the library keeps. */
import { BadContinuation, BadFeedRange, type FeedRange } from '../port.ts';
import { isObject } from './item.ts';

/** A part of the space of hashed partition keys, and how far its changes were read; '' is the beginning. */
export interface RangeAt {
  readonly min: string;
  readonly max: string;
  readonly token: string;
}

export interface FeedPosition {
  /** The container as it was made: one that was made anew has another. */
  readonly rid: string;
  /** Undefined where the whole feed is read. */
  readonly range: FeedRange | undefined;
  readonly at: readonly RangeAt[];
}

export const rangeName = ({ min, max }: Pick<RangeAt, 'min' | 'max'>): FeedRange => `${min}-${max}`;

/** @throws {BadFeedRange} */
export function rangeOf(collection: string, range: FeedRange): Pick<RangeAt, 'min' | 'max'> {
  const [, min, max] = /^([0-9A-F]*)-([0-9A-F]+)$/.exec(range) ?? [];
  if (min === undefined || max === undefined || min >= max) throw new BadFeedRange(collection, range);
  return { min, max };
}

export function continuationOf(collection: string, { rid, range, at }: FeedPosition): string {
  const text = JSON.stringify([rid, range ?? null, at.map(({ min, max, token }) => [min, max, token])]);
  return `${collection}:${Buffer.from(text).toString('base64url')}`;
}

/** @throws {BadContinuation} */
export function positionOf(collection: string, continuation: string, range: FeedRange | undefined): FeedPosition {
  const prefix = `${collection}:`;
  const text = continuation.startsWith(prefix) ? continuation.slice(prefix.length) : '';
  const position = parsed(text);
  if (position === undefined || position.range !== range) throw new BadContinuation(collection, continuation);
  return position;
}

function parsed(text: string): FeedPosition | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (text === '' || bytes.toString('base64url') !== text) return undefined;
  const value = json(bytes.toString());
  if (!Array.isArray(value)) return undefined;
  const [rid, range, at] = elements(value);
  if (typeof rid !== 'string' || !(range === null || typeof range === 'string')) return undefined;
  const ranges = Array.isArray(at) ? at.map(rangeAt) : [];
  const sound = ranges.filter(each => each !== undefined);
  return sound.length === 0 || sound.length < ranges.length ? undefined : { rid, range: range ?? undefined, at: sound };
}

function rangeAt(value: unknown): RangeAt | undefined {
  if (!Array.isArray(value)) return undefined;
  const [min, max, token] = elements(value);
  if (typeof min !== 'string' || typeof max !== 'string' || typeof token !== 'string') return undefined;
  return { min, max, token };
}

/** As the library takes it. */
export const libraryToken = ({ rid, at }: FeedPosition): string =>
  JSON.stringify({
    rid,
    Continuation: at.map(({ min, max, token }) => ({
      minInclusive: min,
      maxExclusive: max,
      continuationToken: token,
    })),
  });

/** What the library answers; undefined where that is none. */
export function fromLibrary(token: string): Pick<FeedPosition, 'rid' | 'at'> | undefined {
  const value = json(token);
  if (!isObject(value) || typeof value['rid'] !== 'string' || !Array.isArray(value['Continuation'])) return undefined;
  const at = value['Continuation'].map((each: unknown) => {
    if (!isObject(each)) return undefined;
    return rangeAt([each['minInclusive'], each['maxExclusive'], each['continuationToken'] ?? '']);
  });
  const sound = at.filter(each => each !== undefined);
  return sound.length === 0 || sound.length < at.length ? undefined : { rid: value['rid'], at: sound };
}

const elements = (list: readonly unknown[]): readonly unknown[] => list;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // what is no JSON is nobody's token
  }
}
