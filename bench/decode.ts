/**
 * What do the checks cost that make broken bytes harmless? Ratings decoded and encoded with `Decoder` and `Schema`,
 * beside avsc alone, which skips the ten bytes of the header unseen and believes the rest.
 * `node bench/decode.ts [RECORDS] [RUNS]`
 */
import avro from 'avsc';
import { ratingSchema, type Rating } from '../schemas/types.ts';
import { Decoder } from '../src/stream/decoder.ts';
import { headerBytes } from '../src/stream/schema.ts';
import { report, type Rival } from './report.ts';

const records = Number(process.argv[2] ?? 100_000);
const runs = Number(process.argv[3] ?? 30);

const ratings = Array.from({ length: records }, (_, n): Rating => ({
  eventId: `rating-${n * 7919}`,
  tenant: '',
  userId: `${n % 6040}`,
  sessionId: '',
  itemId: `${n % 3706}`,
  kind: 'rating',
  value: (n % 10) / 2,
  time: 1_700_000_000_000 + n,
}));
// oxlint-disable-next-line typescript/consistent-type-assertions -- avsc as it comes, without our edge to it
const plain = avro.Type.forSchema(ratingSchema.definition as avro.Schema);
const decoder = new Decoder(ratingSchema);
const buffer = Buffer.alloc(records * 100);
const ends: number[] = [];
for (const rating of ratings) ends.push(ratingSchema.encode(rating, buffer, ends.at(-1) ?? 0));

await report({
  name: 'decode',
  question: `Nanoseconds a rating for the checks that make broken bytes harmless, mean of ${records}`,
  unit: 'ns',
  better: 'less',
  runs,
  rivals: [
    rival('decode', 'avsc alone', decodeUnchecked),
    rival('decode', 'checked', decodeChecked),
    rival('encode', 'avsc alone', () =>
      ratings.reduce((at, rating) => plain.encode(rating, buffer, at + headerBytes), 0),
    ),
    rival('encode', 'checked', () => ratings.reduce((at, rating) => ratingSchema.encode(rating, buffer, at), 0)),
  ],
});

/** `work` goes over all records and answers something that depends on every one. */
function rival(subject: string, name: string, work: () => number): Rival {
  const run = async (): Promise<number> => {
    const began = performance.now();
    const answer = work();
    const nanoseconds = ((performance.now() - began) * 1e6) / records;
    if (!(answer > 0)) throw new Error(`${subject}, ${name} did not go over all records`);
    return nanoseconds;
  };
  return { subject, name, run };
}

function decodeUnchecked(): number {
  let start = 0;
  let sum = 0;
  for (const end of ends) {
    const decoded: { value: Rating } = plain.decode(buffer, start + headerBytes);
    sum += decoded.value.value;
    start = end;
  }
  return sum;
}

function decodeChecked(): number {
  let start = 0;
  let sum = 0;
  for (const end of ends) {
    sum += decoder.decode(buffer, start, end)?.value ?? NaN;
    start = end;
  }
  return sum;
}
