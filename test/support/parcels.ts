/** Large events, and a topology that weighs them: for tests of what a process holds in memory. */
import { share } from 'rxjs';
import { schema, stream, topology } from '../../src/index.ts';

export interface Parcel {
  readonly id: number;
  readonly box: string;
  readonly content: Buffer;
  readonly at: number;
}

/** What a box holds, up to and including one parcel. */
export interface Weight {
  readonly box: string;
  readonly parcels: number;
  readonly bytes: number;
  readonly last: number;
  readonly at: number;
}

export const parcels = stream<Parcel>('parcels', {
  schema: schema({
    type: 'record',
    name: 'Parcel',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'box', type: 'string' },
      { name: 'content', type: 'bytes' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: parcel => parcel.box,
  time: parcel => parcel.at,
});

export const weights = stream<Weight>('weights', {
  schema: schema({
    type: 'record',
    name: 'Weight',
    fields: [
      { name: 'box', type: 'string' },
      { name: 'parcels', type: 'int' },
      { name: 'bytes', type: 'long' },
      { name: 'last', type: 'int' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: weight => weight.box,
  time: weight => weight.at,
});

export const topologies = [
  topology('weigh', task => {
    const weighed = task.read(parcels).pipe(
      task.keyed('weights', {
        by: (parcel: Parcel) => parcel.box,
        initial: () => ({ parcels: 0, bytes: 0 }),
        next: (before, { id, box, content, at }) => {
          const after = { parcels: before.parcels + 1, bytes: before.bytes + content.length };
          return [after, [{ box, ...after, last: id, at }]];
        },
      }),
      share(),
    );
    weighed.subscribe(task.write(weights));
    weighed.subscribe(task.replace('boxes', { id: ({ box }) => box, body: ({ bytes, last }) => ({ bytes, last }) }));
  }),
];
