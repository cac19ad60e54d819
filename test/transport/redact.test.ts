/** Records that were redacted keep their place, and nothing of what they said. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BatchBuilder,
  BatchCursor,
  Kind,
  outside,
  type Producer,
  type RecordBatch,
} from '../../src/transport/record.ts';
import { redactedBatch } from '../../src/transport/redact.ts';

const task: Producer = { name: 'train/0', lineage: 2, epoch: 7 };

function batchOf(producer: Producer, texts: readonly string[]): RecordBatch {
  const builder = new BatchBuilder(producer, 5);
  for (const [n, text] of texts.entries())
    builder.add(
      {
        kind: n % 4 === 3 ? Kind.marker : Kind.value,
        watermark: n,
        origin: 100 + n,
        key: `key ${text}`,
        trace: `t${text}`,
      },
      (buffer, at) => {
        const bytes = Buffer.from(`value ${text}`);
        if (at + bytes.length > buffer.length) return buffer.length - at - bytes.length;
        return at + bytes.copy(buffer, at);
      },
    );
  const [sealed] = builder.take();
  if (sealed === undefined) throw new Error('nothing was sealed');
  return { ...sealed, firstOffset: 40 };
}

const walk = (batch: RecordBatch) => {
  const cursor = new BatchCursor(batch);
  return Array.from({ length: batch.records }, () => {
    cursor.next();
    const { offset, sequence, kind, watermark, origin, producer, lineage, epoch } = cursor;
    return {
      offset,
      sequence,
      kind,
      watermark,
      origin,
      producer,
      lineage,
      epoch,
      key: cursor.key(),
      trace: cursor.trace(),
      value: cursor.value().toString(),
    };
  });
};

const texts = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 40 });

test('each record keeps offset, sequence, watermark and origin; the chosen ones lose key, trace and value, and others nothing', () => {
  fc.assert(
    fc.property(texts, fc.boolean(), fc.nat(), (values, isOutside, seed) => {
      const batch = batchOf(isOutside ? outside : task, values);
      const before = walk(batch);
      const chosen = new Map(
        before.filter((_, n) => (seed >> (n % 30)) % 2 === 1).map(({ offset }) => [offset, 1_000 + offset]),
      );
      const after = walk({ ...batch, ...redactedBatch(batch, chosen) });
      expect(after).toEqual(
        before.map(record =>
          chosen.has(record.offset) && record.kind === Kind.value
            ? {
                ...record,
                kind: Kind.redacted,
                key: '',
                trace: '',
                value: '',
                ...(isOutside ? { watermark: 1_000 + record.offset } : {}),
              }
            : record,
        ),
      );
    }),
  );
});

test('nothing of what was said is left in the bytes', () => {
  const batch = batchOf(task, ['ann', 'bob']);
  const { bytes } = redactedBatch(batch, new Map([[40, -Infinity]]));
  expect(batch.bytes.includes('ann')).toBe(true);
  expect(bytes.includes('ann')).toBe(false);
  expect(bytes.includes('bob')).toBe(true);
});

test('a batch that has none of them, or only those that were redacted before, is the same one', () => {
  const batch = batchOf(outside, ['ann']);
  expect(redactedBatch(batch, new Map([[41, 0]]))).toBe(batch);
  const redacted = { ...batch, ...redactedBatch(batch, new Map([[40, 3]])) };
  expect(redactedBatch(redacted, new Map([[40, 9]]))).toBe(redacted);
});
