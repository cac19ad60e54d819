/** Where ratings come from, and how they are divided. */
import { EvaluateInput } from './errors.ts';
import { parted, split, type Protocol, type SplitOptions } from './protocols.ts';
import { readBoth, readNegatives, readRatings } from './read.ts';
import type { Ratings } from './ratings.ts';
import { anyStars, likedFrom, type Split } from './split.ts';

/** A ratings file that a protocol divides, or two that someone has divided. Paths. */
export type EvaluateSource =
  | { readonly protocol: Protocol; readonly ratings: string }
  | { readonly protocol: 'files'; readonly train: string; readonly test: string; readonly negatives?: string };

/** Ratings, and how they are divided with a seed. */
export interface OpenSource {
  readonly ratings: Ratings;
  readonly partsOf: (seed: number) => Split;
}

/** Reads the files, once for all seeds. @throws {EvaluateInput} */
export async function openSource(source: EvaluateSource, options: Omit<SplitOptions, 'seed'>): Promise<OpenSource> {
  if (source.protocol === 'files') {
    const parts = await partsOfFiles(source);
    return { ratings: parts.ratings, partsOf: () => parts };
  }
  const { protocol, ratings: path } = source;
  const ratings = await readRatings(path);
  const partsOf = (seed: number): Split => {
    const parts = split(ratings, protocol, { ...options, seed });
    if (parts.train.length > 0 && parts.test.length > 0) return parts;
    throw new EvaluateInput(
      `${path} has too few ratings for the protocol ${protocol}: ${parts.train.length} would be learnt and ${parts.test.length} judged`,
      'Give more ratings',
    );
  };
  return { ratings, partsOf };
}

type FileSource = Extract<EvaluateSource, { readonly protocol: 'files' }>;

/** With negatives every held-out item is relevant, as in the published protocols that come with such files. */
async function partsOfFiles({ train, test, negatives }: FileSource): Promise<Split> {
  const { ratings, ofSecond } = await readBoth(train, test);
  const parts = parted(ratings, ofSecond);
  if (negatives === undefined) return { ...parts, relevantFrom: likedFrom };
  return { ...parts, relevantFrom: anyStars, negatives: await readNegatives(negatives, ratings) };
}
