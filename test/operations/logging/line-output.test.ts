/** Lines on their way out: whole, in order, bounded, and all of them at the end. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LineOutput } from '../../../src/operations/logging/line-output.ts';

/** A reader who takes what it is told to take: bytes of each write, or the code of an error. */
function reader(...takes: readonly (number | string)[]) {
  const pieces: string[] = [];
  const left = [...takes];
  const write = (_fd: number, bytes: Uint8Array): number => {
    const take = left.shift() ?? Infinity;
    if (typeof take === 'string') throw Object.assign(new Error(take), { code: take });
    const taken = bytes.subarray(0, take);
    pieces.push(Buffer.from(taken).toString());
    return taken.length;
  };
  return { pieces, write };
}

test('whole lines go out in pieces that a pipe takes at once', async () => {
  const { pieces, write } = reader();
  const output = new LineOutput({ fd: 2, most_bytes: 1 << 20, write });
  const lines = Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(100)}\n`);
  for (const line of lines) expect(output.write(line)).toBe(true);
  expect(pieces).toEqual([]); // not within the work of whoever has something to say
  await setImmediate();
  expect(pieces.join('')).toBe(lines.join(''));
  expect(pieces.length).toBeLessThan(5);
  for (const piece of pieces) expect(piece.length <= 4_096 && piece.endsWith('\n')).toBe(true);
});

test('a reader that is slow gets the rest later, in order, and nobody waits for it', async () => {
  const { pieces, write } = reader(3, 'EAGAIN', 4, 'EAGAIN');
  const output = new LineOutput({ fd: 2, most_bytes: 100, write });
  output.write('one line\n');
  await setImmediate();
  output.write('another\n');
  await expect.poll(() => pieces.join('')).toBe('one line\nanother\n');
});

test('what finds no room is dropped and counted, and what was taken stays', () => {
  const { pieces, write } = reader('EAGAIN');
  const output = new LineOutput({ fd: 2, most_bytes: 20, write });
  const taken = Array.from({ length: 10 }, (_, n) => output.write(`line ${n}\n`));
  expect(taken).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
  expect(output.dropped).toBe(8);
  output.flush(1_000);
  expect(pieces.join('')).toBe('line 0\nline 1\n');
  expect(output.write('line 10\n')).toBe(true);
});

test('the end writes what waits, and gives up on a reader that takes nothing', async () => {
  const { pieces, write } = reader('EAGAIN', 5);
  const output = new LineOutput({ fd: 2, most_bytes: 100, write });
  output.write('the last words\n');
  output.flush(1_000);
  expect(pieces.join('')).toBe('the last words\n');
  const never = new LineOutput({ fd: 2, most_bytes: 100, write: reader(...Array<string>(1_000).fill('EAGAIN')).write });
  never.write('nobody reads this\n');
  never.flush(1);
});

test('a reader that is gone costs nothing more', async () => {
  const { write } = reader('EPIPE');
  const output = new LineOutput({ fd: 2, most_bytes: 100, write });
  output.write('to nobody\n');
  await setTimeout(0);
  await setImmediate();
  expect(output.write('to nobody\n')).toBe(false);
  expect(output.dropped).toBe(2);
});

test('a disk that is full keeps what waits until there is room again', async () => {
  const { pieces, write } = reader('ENOSPC', 'ENOSPC');
  const output = new LineOutput({ fd: 2, most_bytes: 100, write });
  output.write('kept\n');
  await expect.poll(() => pieces.join('')).toBe('kept\n');
});
