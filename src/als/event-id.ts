import { hash32 } from './hash32.ts';

const [seedOfHigh, seedOfLow] = [0x6d696c6c, 0x72616365];

/**
 * The 64 bits that stand for an event id, in two halves without a sign: 8 bytes instead of a text. They only decide
 * between events of one user, item and kind at the same millisecond, so that two ids that meet cost next to nothing:
 * the value then decides.
 */
export interface EventHash {
  readonly high: number;
  readonly low: number;
}

export const hashOfEvent = (eventId: string): EventHash => ({
  high: hash32(eventId, seedOfHigh) >>> 0,
  low: hash32(eventId, seedOfLow) >>> 0,
});
