import type { Millis } from '../../stream/time.ts';
import { framed, unframed } from '../operators/frame.ts';
import type { StateValue } from '../step.ts';
import type { StateCodec } from './codec.ts';

/** A value and the event time at which it is over. */
export interface Kept<S> {
  readonly value: S;
  readonly expiry: Millis;
}

/** An entry as it is stored: a line with its end, empty where it has none, and then the value. */
export interface EntryCodec<S> {
  encode(value: S, expiry: Millis): StateValue;
  decode(stored: StateValue): Kept<S>;
}

export const entryCodec = <S>(codec: Pick<StateCodec<S>, 'encode' | 'decode'>): EntryCodec<S> => ({
  encode: (value, expiry) => framed(expiry === Infinity ? '' : `${expiry}`, codec.encode(value)),
  decode(stored) {
    const [header, value] = unframed(stored);
    return { value: codec.decode(value), expiry: header === '' ? Infinity : Number(header) };
  },
});
