import { checkedKey } from '../key.ts';

/** Keys as texts whose order is theirs. */
export interface SortableKeys<K> {
  readonly name: 'text' | 'number';
  /** Throws for what is no such key: found while its record is pushed, so that the record is a dead letter. */
  encode(key: K): string;
  decode(text: string): K;
}

/** In the order of their code points. */
export const textKeys: SortableKeys<string> = {
  name: 'text',
  encode: key => checkedKey('A key of a map', key),
  decode: text => text,
};

/** The sixteen hexadecimal digits of a number's bits: the sign's turned over, and of what is negative all of them. */
export const numberKeys: SortableKeys<number> = {
  name: 'number',
  encode(key) {
    if (typeof key !== 'number' || Number.isNaN(key)) throw new TypeError(`A key of a sorted map is ${String(key)}`);
    bits.setFloat64(0, key === 0 ? 0 : key); // -0 is 0
    const turned = bits.getBigUint64(0);
    return (turned ^ (turned >> 63n === 1n ? allBits : signBit)).toString(16).padStart(16, '0');
  },
  decode(text) {
    const turned = BigInt(`0x${text}`);
    bits.setBigUint64(0, turned ^ (turned >> 63n === 0n ? allBits : signBit));
    return bits.getFloat64(0);
  },
};

const bits = new DataView(new ArrayBuffer(8));
const signBit = 1n << 63n;
const allBits = (1n << 64n) - 1n;
