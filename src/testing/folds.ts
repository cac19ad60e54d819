import { isDeepStrictEqual } from 'node:util';
import type { Fold, RetractableFold } from '../engine/windows/store.ts';
import { TopologyTestError } from './errors.ts';

/**
 * Holds a fold against its laws, over values in the order given: parts that are folded apart and merged are the whole,
 * wherever it is cut; merging with nothing changes nothing; and a value that is taken back was never there. Throws
 * `TopologyTestError` naming the law and the values. `equal` compares accumulators, by their structure where absent.
 */
export function checkFold<T, A>(
  fold: Fold<T, A> | RetractableFold<T, A>,
  values: readonly T[],
  equal: (a: A, b: A) => boolean = isDeepStrictEqual,
): void {
  const of = (part: readonly T[]): A => part.reduce((into, value) => fold.add(into, value), fold.initial());
  const check = (law: string, found: A, whole: readonly T[]): void => {
    const expected = of(whole);
    if (equal(found, expected)) return;
    throw new TopologyTestError(
      `${law}: ${JSON.stringify(whole)} came to ${JSON.stringify(found)} and not to ${JSON.stringify(expected)}`,
      'Mend the fold: windows are merged from parts, and of what is merged the first is the earlier',
    );
  };
  check('Merged with nothing before it', fold.merge(fold.initial(), of(values)), values);
  check('Merged with nothing behind it', fold.merge(of(values), fold.initial()), values);
  for (let cut = 1; cut < values.length; cut++) {
    const [before, after] = [values.slice(0, cut), values.slice(cut)];
    check(`Cut before value ${cut} and merged`, fold.merge(of(before), of(after)), values);
    const nested = fold.merge(of(values.slice(0, 1)), fold.merge(of(values.slice(1, cut)), of(after)));
    check(`Cut into three before value ${cut} and merged from behind`, nested, values);
  }
  if (!('retract' in fold)) return;
  for (const [at, value] of values.entries()) {
    check(`With value ${at} taken back`, fold.retract(of(values), value), values.toSpliced(at, 1));
  }
}
