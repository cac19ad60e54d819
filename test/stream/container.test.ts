/** Container files that would become far more than they are. */
import { deflateRawSync } from 'node:zlib';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { BrokenContainer, fromContainer, maxBlockBytes, toContainer } from '../../src/stream/container.ts';
import { schema } from '../../src/stream/schema.ts';

const line = schema<{ text: string }>({
  type: 'record',
  name: 'Line',
  fields: [{ name: 'text', type: 'string', default: '' }],
});

/** A file of one block, as the specification has it, whatever stands in it. */
function file(written: object, packed: Buffer, { count = 1, codec = 'deflate' } = {}): Buffer {
  const sync = Buffer.alloc(16, 7);
  const meta = avro.Type.forSchema({ type: 'map', values: 'bytes' });
  const long = avro.Type.forSchema('long');
  const head = meta.toBuffer({
    'avro.schema': Buffer.from(JSON.stringify(written)),
    'avro.codec': Buffer.from(codec),
  });
  const block = [long.toBuffer(count), long.toBuffer(packed.length), packed, sync];
  return Buffer.concat([Buffer.from('Obj\u0001'), head, sync, ...block]);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function read(bytes: Uint8Array): Promise<number> {
  let values = 0;
  for await (const _ of fromContainer(line, once(bytes))) values++;
  return values;
}

const written = { type: 'record', name: 'Line', fields: [{ name: 'text', type: 'string' }] };

describe('a container file', () => {
  test('that we have written is read', async () => {
    const parts: Uint8Array[] = [];
    for await (const part of toContainer(line, [{ text: 'a' }, { text: 'b' }])) parts.push(part);
    expect(await read(Buffer.concat(parts))).toBe(2);
  });

  test('is read where another has written it block by block', async () => {
    const text = Buffer.concat([Buffer.from([2]), Buffer.from('a')]);
    expect(await read(file(written, deflateRawSync(text)))).toBe(1);
  });

  test('whose block unpacks to more than its bound is refused', async () => {
    const bomb = file(written, deflateRawSync(Buffer.alloc(maxBlockBytes + 1)));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(read(bomb)).rejects.toThrow(BrokenContainer);
  });

  const nothing = { type: 'record', name: 'Nothing', fields: [{ name: 'none', type: 'null' }] };
  test.each([
    ['values of nothing', { type: 'record', name: 'Line', fields: [] }],
    [
      'a list of nothing',
      { ...written, fields: [...written.fields, { name: 'more', type: { type: 'array', items: 'null' } }] },
    ],
    [
      'a list of records of nothing',
      { ...written, fields: [{ name: 'more', type: { type: 'array', items: nothing } }] },
    ],
    [
      'a list of nothing far below',
      {
        ...written,
        fields: [
          {
            name: 'more',
            type: ['null', { type: 'map', values: { type: 'array', items: { type: 'fixed', name: 'F', size: 0 } } }],
          },
        ],
      },
    ],
  ])('with %s is refused, however many it claims', async (_, hostile) => {
    const claim = avro.Type.forSchema('long').toBuffer(2 ** 50);
    const bytes = file(hostile, Buffer.concat([claim, claim]), { count: 2 ** 50, codec: 'null' });
    await expect(read(bytes)).rejects.toThrow(/take no bytes/);
  });

  test('of a record that holds itself is read', async () => {
    const node = {
      type: 'record',
      name: 'Line',
      fields: [
        { name: 'text', type: 'string' },
        { name: 'next', type: ['null', 'Line'] },
      ],
    };
    expect(await read(file(node, Buffer.from([2, 97, 0]), { codec: 'null' }))).toBe(1);
  });
});
