/** A basket that outlives its page: kept by the browser until its tab is closed, for the shopper whose it is alone. */
import type { Memory } from '../components/memory.ts';
import { type BasketLine, mostLines, mostOfALine } from './basket.ts';

export interface Kept {
  readonly lines: readonly BasketLine[];
  /** Of an order that was sent and of which nobody knows yet whether it arrived. */
  readonly orderId: string | undefined;
}

const place = 'millrace.basket';
/** Characters: of all that is kept, and of a text in it. */
const most = 65_536;
const mostOfAText = 1_000;
const mostGenres = 30;

export class KeptBasket {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Undefined where nothing is kept for this shopper, or not what this page would have kept. */
  of(owner: string): Kept | undefined {
    const text = this.#memory.getItem(place);
    if (text === null || text.length > most) return undefined;
    const { owner: whose, lines, orderId } = fieldsOf(text);
    if (whose !== owner || !Array.isArray(lines) || lines.length > mostLines) return undefined;
    const read = lines.map(lineIn).filter(line => line !== undefined);
    const isSound = read.length === lines.length && new Set(read.map(({ itemId }) => itemId)).size === read.length;
    return isSound ? { lines: read, orderId: isText(orderId) ? orderId : undefined } : undefined;
  }

  /** In place of whatever was kept. A browser without room keeps nothing: the basket then lasts as long as the page. */
  keep(owner: string, kept: Kept): void {
    if (kept.lines.length === 0) return this.clear();
    const text = JSON.stringify({ owner, ...kept });
    try {
      if (text.length <= most) return this.#memory.setItem(place, text);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
    }
    this.clear();
  }

  clear(): void {
    this.#memory.removeItem(place);
  }
}

interface Fields {
  readonly [name: string]: unknown;
}

/** None of what is no object. */
function fieldsOf(text: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const asFields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {});

function lineIn(value: unknown): BasketLine | undefined {
  const { itemId, title, genres, quantity } = asFields(value);
  if (!isText(itemId) || !isText(title) || !Array.isArray(genres) || genres.length > mostGenres) return undefined;
  if (!genres.every(isText) || !isQuantity(quantity)) return undefined;
  return { itemId, title, genres, quantity };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= mostOfAText;

const isQuantity = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostOfALine;
