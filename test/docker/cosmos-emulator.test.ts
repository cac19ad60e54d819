/** The contract of documents on Azure's own emulator: where a Docker engine answers. */
import { afterAll, describe } from 'vitest';
import { documentsContract, type DocumentsPlace } from '../contract/documents.ts';
import { startEmulator } from '../support/cosmos/emulator.ts';
import { offers } from '../support/kafka/choice.ts';

const { hasDocker } = await offers();
/** Before the promises are named: which of them can be asked of it depends on the release. */
const emulator = hasDocker ? await startEmulator() : undefined;

describe.skipIf(!hasDocker)('the official emulator of Cosmos DB (skipped: no Docker engine answers)', () => {
  afterAll(() => emulator?.[Symbol.asyncDispose]());

  const open = async (): Promise<DocumentsPlace> => {
    if (emulator === undefined) throw new Error('No Docker engine answers');
    return emulator.place();
  };
  documentsContract(
    'cosmos, on the official emulator',
    open,
    ['a range that was split names its successors, and nothing is missed or comes twice'],
    { hasJournals: emulator?.holdsFences ?? true },
  );
});
