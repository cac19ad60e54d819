/** A container of the fixture: items under etags, ranges that can be split, and the order of all changes. */
import { effectiveKey } from './hash.ts';
import { type Fields, textIn } from './json.ts';

export interface Range {
  readonly id: string;
  readonly min: string;
  readonly max: string;
  readonly parents: readonly string[];
}

export interface StoredItem {
  readonly item: Fields;
  readonly lsn: number;
  readonly partitionKey: string;
  readonly key: string;
  /** The one before, for a replica that lags. */
  readonly before: StoredItem | undefined;
}

/** An answer other than success. */
export class Refusal extends Error {
  readonly status: number;
  readonly substatus: number;
  constructor(status: number, message: string, substatus = 0) {
    super(message);
    this.status = status;
    this.substatus = substatus;
  }
}

export type WriteKind = 'Create' | 'Upsert' | 'Replace' | 'Delete';

export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

const largestItem = 2 * 1024 * 1024;

export class FixtureContainer {
  readonly definition: Fields;
  readonly rid: string;
  readonly keyPath: string;
  readonly items = new Map<string, StoredItem>();
  ranges: readonly Range[];
  throughput: Fields | undefined;
  lsn = 0;
  #rangeIds = 0;

  constructor(definition: Fields, rid: string, ranges: number) {
    this.definition = definition;
    this.rid = rid;
    const { partitionKey } = definition;
    const paths =
      typeof partitionKey === 'object' && partitionKey !== null && 'paths' in partitionKey ? partitionKey['paths'] : [];
    const path = Array.isArray(paths) ? paths[0] : undefined;
    this.keyPath = typeof path === 'string' ? path.slice(1) : 'id';
    // The highest effective key begins with 3F.
    const bounds = Array.from({ length: ranges + 1 }, (_, n) => {
      if (n === 0 || n === ranges) return n === 0 ? '' : 'FF';
      return `${Math.floor((n * 0x40) / ranges)
        .toString(16)
        .padStart(2, '0')
        .toUpperCase()}${'0'.repeat(30)}`;
    });
    this.ranges = bounds.slice(1).map((max, n) => ({ id: this.#nextId(), min: bounds[n] ?? '', max, parents: [] }));
  }

  #nextId(): string {
    return String(this.#rangeIds++);
  }

  /** Cuts every range in two; the former ones are gone. */
  split(): void {
    this.ranges = this.ranges.flatMap(({ id, min, max, parents }) => {
      const middle = middleOf(min, max);
      const after = [...parents, id];
      return [
        { id: this.#nextId(), min, max: middle, parents: after },
        { id: this.#nextId(), min: middle, max, parents: after },
      ];
    });
  }

  range(id: string): Range {
    const found = this.ranges.find(range => range.id === id);
    if (found === undefined) throw new Refusal(410, 'the partition is gone', 1_002);
    return found;
  }

  rangeOf(partitionKey: string): Range {
    const key = effectiveKey(partitionKey);
    const found = this.ranges.find(({ min, max }) => min <= key && key < max);
    if (found === undefined) throw new Error(`no range has ${key}`);
    return found;
  }

  get(partitionKey: string, id: string, now: number): StoredItem | undefined {
    const found = this.items.get(placeOf(partitionKey, id));
    return found === undefined || this.isExpired(found, now) ? undefined : found;
  }

  isExpired({ item }: StoredItem, now: number): boolean {
    const { defaultTtl } = this.definition;
    if (typeof defaultTtl !== 'number') return false;
    const ttl = typeof item['ttl'] === 'number' ? item['ttl'] : defaultTtl;
    return ttl > 0 && Number(item['_ts']) + ttl <= now / 1_000;
  }

  /** Checks a write; nothing is changed. */
  check(kind: WriteKind, item: Fields, at: { partitionKey: string; now: number } & Conditions): void {
    refuseId(textIn(item, 'id'));
    const found = this.get(at.partitionKey, textIn(item, 'id'), at.now);
    if (kind === 'Create' && found !== undefined) throw new Refusal(409, 'an item of that id is there');
    if ((kind === 'Replace' || kind === 'Delete') && found === undefined)
      throw new Refusal(404, 'there is no such item');
    if (found !== undefined) refuseCondition(textIn(found.item, '_etag'), at);
    if (kind !== 'Delete' && textIn(item, this.keyPath) !== at.partitionKey)
      throw new Refusal(400, 'the partition key is not that of the item', 1_001);
    if (Buffer.byteLength(JSON.stringify(item)) > largestItem) throw new Refusal(413, 'the item is too large');
  }

  write(item: Fields, partitionKey: string, now: number): StoredItem {
    const place = placeOf(partitionKey, textIn(item, 'id'));
    this.lsn += 1;
    const etag = `"${this.rid.replaceAll(/\W/g, '')}-${this.lsn.toString(16).padStart(8, '0')}"`;
    const before = this.items.get(place);
    const stored: StoredItem = {
      item: { ...item, _rid: `${this.rid}${this.lsn}`, _etag: etag, _ts: Math.floor(now / 1_000) },
      lsn: this.lsn,
      partitionKey,
      key: effectiveKey(partitionKey),
      before: before && { ...before, before: undefined },
    };
    this.items.set(place, stored);
    return stored;
  }

  remove(partitionKey: string, id: string): void {
    this.lsn += 1;
    this.items.delete(placeOf(partitionKey, id));
  }

  inRange({ min, max }: Pick<Range, 'min' | 'max'>, now: number): StoredItem[] {
    return [...this.items.values()].filter(each => min <= each.key && each.key < max && !this.isExpired(each, now));
  }
}

const placeOf = (partitionKey: string, id: string): string => JSON.stringify([partitionKey, id]);

function refuseCondition(etag: string, { ifMatch, ifNoneMatch }: Conditions): void {
  if (ifNoneMatch === '*') throw new Refusal(412, 'the item is there');
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag) throw new Refusal(412, 'the item has another etag');
}

function refuseId(id: string): void {
  if (id === '' || /[/\\?#]/.test(id) || Buffer.byteLength(id) > 1_023) throw new Refusal(400, `'${id}' is no id`);
}

function middleOf(min: string, max: string): string {
  const low = BigInt(`0x${min.padEnd(32, '0')}`);
  const high = max === 'FF' ? 1n << 126n : BigInt(`0x${max.padEnd(32, '0')}`);
  return ((low + high) / 2n).toString(16).padStart(32, '0').toUpperCase();
}
