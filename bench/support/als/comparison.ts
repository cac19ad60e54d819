/** Rows of a comparison, from what each contestant needed in each run. */
import type { Better, Row } from '../shape.ts';

/** The first contestant is the one that the ratios refer to. */
export function comparison(
  about: { readonly subject: string; readonly unit: string; readonly better: Better },
  figures: Readonly<Record<string, readonly number[]>>,
): Row[] {
  const [first = []] = Object.values(figures);
  return Object.entries(figures).map(([name, runs]) => {
    const sorted = runs.toSorted((a, b) => (about.better === 'less' ? a - b : b - a));
    return {
      ...about,
      name,
      best: rounded(sorted[0]),
      median: rounded(medianOf(sorted)),
      worst: rounded(sorted.at(-1)),
      ratio: rounded(medianOf(sorted) / medianOf(first)),
    };
  });
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const rounded = (value = NaN): number => Number(value.toPrecision(4));
