/** What grow.ts says of one size. */
import { z } from 'zod';

export const Grown = z.strictObject({
  'load, s': z.number(),
  'generation, s': z.number(),
  'GiB loaded': z.number(),
  'GiB in the end': z.number(),
});
