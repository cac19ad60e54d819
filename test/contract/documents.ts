import { describe } from 'vitest';
import { feedPromises } from './documents/feed.ts';
import { journalPromises } from './documents/journal.ts';
import { journalProperties } from './documents/journal-model.ts';
import { listPromises } from './documents/lists.ts';
import { documentProperties } from './documents/properties.ts';
import { putPromises } from './documents/puts.ts';
import { inSetting, type DocumentsPlace, type DocumentsSetting } from './documents/setting.ts';
import { rangePromises } from './documents/ranges.ts';
import { togetherPromises } from './documents/together.ts';
import { writePromises } from './documents/writes.ts';
import { promises } from './promises.ts';

export type { DocumentsPlace } from './documents/setting.ts';

/**
 * What every adapter of the documents port promises; `gaps` are the promises, by sentence, that this one breaks. Without
 * `hasJournals` those of journals are skipped: where a store ignores conditions in batches none of them holds.
 */
export function documentsContract(
  name: string,
  open: () => Promise<DocumentsPlace>,
  gaps: readonly string[] = [],
  { hasJournals = true } = {},
): void {
  describe(`documents: ${name}`, () => {
    const promise = promises<DocumentsSetting>(gaps, work => inSetting(open, work));
    writePromises(promise);
    putPromises(promise);
    listPromises(promise);
    feedPromises(promise);
    rangePromises(promise);
    documentProperties(promise);
    togetherPromises(promise);
    describe.skipIf(!hasJournals)('journals', () => {
      journalPromises(promise);
      journalProperties(promise);
    });
  });
}
