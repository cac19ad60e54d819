/** A setting that is a list, which a variable of the environment says in one text. */
import { z } from 'zod';

/** `a,b` where the source is a text. */
export const textList = (entry: z.ZodType<string>, most: number) =>
  z.preprocess(
    given => (typeof given === 'string' ? given.split(',').map(part => part.trim()) : given),
    z.array(entry).max(most).readonly().default([]),
  );
