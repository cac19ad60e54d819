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

/** What every adapter of the documents port promises; `gaps` are the promises, by sentence, that this one breaks. */
export function documentsContract(
  name: string,
  open: () => Promise<DocumentsPlace>,
  gaps: readonly string[] = [],
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
    journalPromises(promise);
    journalProperties(promise);
  });
}
