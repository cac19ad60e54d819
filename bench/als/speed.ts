/**
 * How long does a generation take, from ratings in memory to a loss and to lists of a quality, beside `implicit` and Spark?
 * `node bench/als/speed.ts [--data 1m] [--threads 1] [--only millrace,implicit,spark] [--iterations 15] [--repeats 3]`
 * One process for each rival, warm, as many threads each, the same ratings, confidences and hyper-parameters: left sides of
 * the normal equations are equal, but for Spark's regularisation, which goes with the events of a row (decision 0050).
 * On 1m: Millrace a minute, `implicit` two, Spark about ten. Results go to bench/results/als-speed-THREADS.json.
 */
import { parseArgs } from 'node:util';
import type { ModelSettings } from '../../src/als/index.ts';
import { split } from '../../src/recommender/jobs/evaluate/protocols.ts';
import { type Curve, implicitCurve, ownCurve, sparkCurve } from '../support/als/curves.ts';
import { dataOf } from '../support/als/data.ts';
import { trainingInput } from '../../src/recommender/jobs/evaluate/training-input.ts';
import { type Judged, judged } from '../support/als/judged.ts';
import { kernelOf } from '../support/als/kernel.ts';
import { Rival, RivalFolder } from '../support/als/rival.ts';
import { VectorContestant } from '../support/als/vectors.ts';
import { keep } from '../support/als/keep.ts';
import { machine, repeat } from '../support/write.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '1m' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string', default: 'millrace,implicit,spark' },
    factors: { type: 'string', default: '64' },
    iterations: { type: 'string', default: '15' },
    repeats: { type: 'string', default: '3' },
  },
});
const [threads, factors] = [Number(flags.threads), Number(flags.factors)];
const [most, repeats] = [Number(flags.iterations), Number(flags.repeats)];
const sparkLengths = [1, 2, 3, 5, 8, 12, 15].filter(length => length <= most);
/** Share of the converged figures that counts as there. */
const ofLoss = 1.001;
const ofNdcg = 0.99;

const settings: Partial<ModelSettings> = {
  factors,
  regularisation: { strength: 4, frequencyExponent: 0 },
  unobservedWeight: 0.5,
};
const data = await dataOf(flags.data);
const parts = split(data.ratings, 'temporal', { seed: 1, holdOut: 0.1 });
const input = trainingInput(data.ratings, parts.train, settings);
using folder = new RivalFolder(input);
const versions: string[] = [];
const curves = await measured();

const judgements = curves.map(curve => judgedPoints(curve));
/** Of `implicit`'s exact solver in the end; without it, of the first solver. */
const standard = Math.max(
  0,
  curves.findIndex(({ solver }) => solver === 'implicit, Cholesky'),
);
const target = ofNdcg * (judgements[standard]?.at(-1)?.ndcg.figure ?? NaN);
const rows = curves.map((curve, at) => rowOf(curve, judgements[at] ?? []));
console.table(rows);
keepTable();

async function measured(): Promise<Curve[]> {
  const strength = settings.regularisation?.strength ?? NaN;
  const unobserved = settings.unobservedWeight ?? NaN;
  const common = { factors, seed: 1, unobserved };
  const found: Curve[] = [];
  if (flags.only.includes('millrace')) {
    using kernel = kernelOf(threads);
    versions.push(`Millrace's kernel: ${kernel.name}`);
    found.push(ownCurve(input, kernel, { method: 'blocks', most, repeats }));
    found.push(ownCurve(input, kernel, { method: 'cholesky', most, repeats: 1 }));
  }
  if (flags.only.includes('implicit')) {
    await using rival = new Rival('implicit', folder, threads);
    versions.push(wordsOf(await rival.about()));
    const fit = { ...common, regularisation: strength / unobserved };
    for (const solver of ['cg', 'cholesky'] as const)
      found.push(await implicitCurve(rival, folder, { solver, most, repeats, fit }));
  }
  if (flags.only.includes('spark')) {
    await using rival = new Rival('spark', folder, threads);
    versions.push(wordsOf(await rival.about()));
    found.push(
      await sparkCurve(rival, folder, {
        lengths: sparkLengths,
        repeats: 1,
        fit: { ...common, regularisation: sparkStrength(strength, unobserved) },
      }),
    );
  }
  return found;
}

/** The same strength in the sum over all rows: Spark multiplies its own by the liked events of a row. */
function sparkStrength(strength: number, unobserved: number): number {
  const liked = input.preferences.reduce((sum, preference) => sum + preference, 0);
  return (strength * (input.live.users.ids.length + input.live.items.ids.length)) / (2 * liked * unobserved);
}

function judgedPoints({
  points,
  solver,
}: Curve): { readonly iterations: number; readonly seconds: number; readonly ndcg: Judged }[] {
  return points.map(({ iterations, seconds, vectors }) => {
    const ndcg = judged(new VectorContestant(vectors(), input, parts), parts, 'ndcg10');
    console.error(`${solver}, ${iterations}: ${seconds.toFixed(3)} s, nDCG@10 ${ndcg.figure.toFixed(4)}`);
    return { iterations, seconds, ndcg };
  });
}

function rowOf({ solver, points }: Curve, judgement: ReturnType<typeof judgedPoints>) {
  const converged = Math.min(...points.map(({ loss }) => loss));
  const byLoss = points.find(({ loss }) => loss <= ofLoss * converged);
  const byNdcg = judgement.find(({ ndcg }) => ndcg.figure >= target);
  const last = judgement.at(-1);
  return {
    solver,
    threads,
    'seconds to the loss': shown(byLoss?.seconds),
    'its iterations': byLoss?.iterations ?? null,
    'seconds to the nDCG': shown(byNdcg?.seconds),
    'of which iterations': byNdcg?.iterations ?? null,
    'nDCG@10 in the end': shown(last?.ndcg.figure, 4),
    from: shown(last?.ndcg.interval.low, 4),
    to: shown(last?.ndcg.interval.high, 4),
  };
}

function keepTable(): void {
  keep({
    kind: 'table',
    name: `als-speed-${threads}`,
    question: `How long does a generation take beside implicit and Spark, ${threads} ${threads === 1 ? 'thread' : 'threads'} each, on ${data.name}?`,
    repeat: repeat(),
    machine: machine(),
    notes: [
      ...versions,
      `The loss: within ${ofLoss} of the least that the solver itself came to in ${most} iterations, by its own objective.`,
      `The nDCG: ${target.toFixed(4)}, ${ofNdcg} of that of ${curves[standard]?.solver ?? ''} in the end, over the last tenth in time, full ranking; 95 % intervals by a bootstrap over users.`,
      `Least of ${repeats} runs, of Spark and of Millrace's Cholesky one. Seconds begin with the ratings in memory; reading them is in nobody's.`,
    ],
    settings: { factors, unobservedWeight: 0.5, regularisation: 4, threads },
    columns: [
      { name: 'solver' },
      { name: 'seconds to the loss', better: 'less' },
      { name: 'its iterations' },
      { name: 'seconds to the nDCG', better: 'less' },
      { name: 'of which iterations' },
      { name: 'nDCG@10 in the end', better: 'more' },
      { name: 'from' },
      { name: 'to' },
    ],
    rows,
  });
}

function wordsOf({ version, kernels }: { readonly version: string; readonly kernels: readonly string[] }): string {
  return [version, ...kernels].join(', ');
}

function shown(value: number | undefined, digits = 3): number | null {
  return value === undefined || Number.isNaN(value) ? null : Number(value.toFixed(digits));
}
