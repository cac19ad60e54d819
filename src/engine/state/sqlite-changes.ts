/** The changes of a commit as bytes, and back. */
import { UnusableDatabase, wellFormed } from '../../sqlite.ts';
import type { StateChange } from './store.ts';

const [removed, text, bytes] = [0, 1, 2];

/**
 * One after the other: step, key, a byte that says what the value is, and the value where there is one; each of the three
 * behind its length in bytes, 32 bits little endian, and a step that is the one before it with the length 2^32 - 1.
 * Throws `IllFormedText`.
 */
export function bytesOf(changes: readonly StateChange[]): Buffer {
  const buffer = Buffer.allocUnsafe(changes.reduce((sum, change) => sum + most(change), 0));
  let at = 0;
  let before: string | undefined;
  const write = (part: string | Uint8Array): void => {
    const length = typeof part === 'string' ? buffer.write(wellFormed(part), at + 4) : part.length;
    if (typeof part !== 'string') buffer.set(part, at + 4);
    buffer.writeUInt32LE(length, at);
    at += 4 + length;
  };
  for (const { step, key, value } of changes) {
    if (step === before) at = buffer.writeUInt32LE(sameStep, at);
    else write(step);
    before = step;
    write(key);
    at = buffer.writeUInt8(value === null ? removed : typeof value === 'string' ? text : bytes, at);
    if (value !== null) write(value);
  }
  return buffer.subarray(0, at);
}

/** Throws `UnusableDatabase` for bytes that are none of these. */
export function* changesOf(stored: Uint8Array): Generator<StateChange> {
  const buffer = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  let at = 0;
  let step = '';
  const length = (): number => {
    if (at + 4 > buffer.length) throw damaged(at);
    at += 4;
    return buffer.readUInt32LE(at - 4);
  };
  const part = (size: number): Buffer => {
    if (at + size > buffer.length) throw damaged(at);
    at += size;
    return buffer.subarray(at - size, at);
  };
  while (at < buffer.length) {
    const ofStep = length();
    if (ofStep !== sameStep) step = part(ofStep).toString();
    const key = part(length()).toString();
    const [kind] = part(1);
    if (kind === removed) yield { step, key, value: null };
    else if (kind === text) yield { step, key, value: part(length()).toString() };
    // A copy, so that the bytes of the others need not be kept for it.
    else if (kind === bytes) yield { step, key, value: Uint8Array.from(part(length())) };
    else throw damaged(at - 1);
  }
}

const sameStep = 0xffff_ffff;

/** UTF-8 takes three bytes at most for each unit of UTF-16. */
const most = ({ step, key, value }: StateChange): number =>
  13 + 3 * (step.length + key.length) + (typeof value === 'string' ? 3 * value.length : (value?.length ?? 0));

const damaged = (at: number): UnusableDatabase =>
  new UnusableDatabase(
    `The changes of a checkpoint are damaged at byte ${at}`,
    'Discard the file: state is rebuilt from the log',
  );
