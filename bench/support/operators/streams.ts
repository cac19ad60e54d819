import { schema, stream } from '../../../src/index.ts';

export interface Reading {
  readonly sensor: string;
  readonly value: number;
  readonly at: number;
}

const options = {
  schema: schema<Reading>({
    type: 'record',
    name: 'Reading',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'value', type: 'double' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: ({ sensor }: Reading) => sensor,
  time: ({ at }: Reading) => at,
};

export const readings = stream<Reading>('readings', options);
export const left = stream<Reading>('left', options);
export const right = stream<Reading>('right', options);
