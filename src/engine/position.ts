import type { Millis } from '../stream/time.ts';
import type { Offset } from '../transport/port.ts';

/** How far a partition has come from one producer. */
export interface ProducerPosition {
  lineage: number;
  /** Sequence of its newest record applied. */
  sequence: number;
  /** Its watermark. */
  mark: Millis;
}

/** How far a task has read a partition. */
export interface Position {
  readonly partition: number;
  /** The first offset that was ever applied: greater than 0 where retention had removed the beginning. */
  from: Offset;
  /** The next offset to apply. */
  offset: Offset;
  /** Greatest event time of a record from outside. */
  newest: Millis;
  /** The journalled clock when the partition last had a record; -Infinity before the first plan. */
  activeAt: Millis;
  /** The last record applied, which need not be the one before `offset`: offsets may have holes. -1 before the first. */
  applied: Offset;
  /** Its CRC-32: a log made anew is noticed. */
  fingerprint: number;
  /** By name of the producing task; the empty name is everybody outside. */
  readonly producers: Map<string, ProducerPosition>;
  /** Watermark of the partition: the least over its producers. Derived. */
  mark: Millis;
}

export const startOf = (partition: number): Position => ({
  partition,
  from: 0,
  offset: 0,
  newest: -Infinity,
  activeAt: -Infinity,
  applied: -1,
  fingerprint: 0,
  producers: new Map(),
  mark: -Infinity,
});
