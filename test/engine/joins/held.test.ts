import { describe, expect, test } from 'vitest';
import { HeldRecords } from '../../../src/engine/joins/held.ts';

const record = (time: number) => ({ key: 'a', time, value: 'x', mark: time, trace: '', matched: false });
const told = (held: HeldRecords<string>) => [...held.changed()].map(({ time, dropped }) => [time, dropped]);
const before = (end: number) => (time: number) => time < end;

/** One that the checkpoint holds, of 10. */
function kept(): HeldRecords<string> {
  const held = new HeldRecords<string>();
  held.add(record(10));
  held.committed();
  return held;
}

describe('what a checkpoint is told of records that wait', () => {
  test('those that came, once', () => {
    const held = kept();
    held.add(record(20));
    expect(told(held)).toEqual([[20, false]]);
    held.committed();
    expect(told(held)).toEqual([]);
  });

  test('that one which it has is gone', () => {
    const held = kept();
    held.drop(before(11));
    expect(told(held)).toEqual([[10, true]]);
  });

  test('nothing of those that came and went meanwhile', () => {
    const held = kept();
    held.add(record(20));
    held.drop(before(21));
    expect(told(held)).toEqual([[10, true]]);
  });

  test('that one is gone which came back with an epoch that failed', () => {
    const held = kept();
    held.drop(before(11));
    held.undo(({ touched, dropped, stored, ...others }) => (stored && touched && dropped ? others : undefined));
    expect(held.between('a', [0, 100])).toHaveLength(1);
    held.drop(before(11));
    expect(told(held)).toEqual([[10, true]]);
  });
});
