/** What is known of the list that a user has: what it says, and what it was made from. */
import { fromBytes, toBytes } from './vectors.ts';

export type Policy = 'live' | 'candidate';

/** Items of a list that are remembered: enough that one of the others seldom comes among the first ten. */
export const remembered = 32;

export interface Standing {
  readonly policy: Policy;
  readonly generation: number;
  /** Number of the model version that it was made with. */
  readonly number: number;
  /** Of generation, items and scores: a list that says the same is not written again. */
  readonly digest: string;
  /** The user's vector that it was made with. */
  readonly factors: Int16Array;
  /** The first items, best first. */
  readonly items: readonly string[];
  /** No other item scored more than this, in units of both grids' product; null where there was no other. */
  readonly rest: number | null;
}

/** A vector that was there when its user was erased: it makes no list. */
export interface Grave {
  readonly generation: number;
  readonly number: number;
}

/** What is stored for a user. Lists of the first release left but a digest. */
export type Stored = Standing | { readonly grave: Grave } | { readonly digest: string };

export const isStanding = (stored: Stored | undefined): stored is Standing => stored !== undefined && 'items' in stored;

export function encodeStored(stored: Stored): string {
  if (!isStanding(stored)) return JSON.stringify(stored);
  return JSON.stringify({ ...stored, factors: toBytes(stored.factors).toString('base64') });
}

export function decodeStored(text: string): Stored {
  if (!text.startsWith('{')) return { digest: text }; // a row of the first release
  const row = parsed(text);
  return 'factors' in row ? { ...row, factors: fromBytes(Buffer.from(row.factors, 'base64')) } : row;
}

type Row = (Omit<Standing, 'factors'> & { readonly factors: string }) | Exclude<Stored, Standing>;

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const parsed = (text: string) => JSON.parse(text) as Row;
