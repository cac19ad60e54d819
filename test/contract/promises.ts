import { afterAll, expect, test } from 'vitest';

/** States one promise of a contract as a sentence, with the work that shows it in a fresh setting. */
export type Promised<Setting> = (sentence: string, work: (setting: Setting) => Promise<void>) => void;

/**
 * Registers the promises of a contract as tests. One that an adapter is known to break (`gaps`, by sentence) must
 * fail, so that no gap stays declared once it is closed; a gap that is no promise is refused.
 */
export function promises<Setting>(
  gaps: readonly string[],
  inSetting: (work: (setting: Setting) => Promise<void>) => Promise<void>,
): Promised<Setting> {
  const unknown = new Set(gaps);
  afterAll(() => expect([...unknown], 'gaps that are no promise of this contract').toEqual([]));
  return (sentence, work) => {
    unknown.delete(sentence);
    const register = gaps.includes(sentence) ? test.fails : test;
    register(sentence, () => inSetting(work));
  };
}
