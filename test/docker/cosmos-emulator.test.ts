/** The contract of documents on Azure's own emulator: where a Docker engine answers. */
import { afterAll, beforeAll, describe } from 'vitest';
import { documentsContract, type DocumentsPlace } from '../contract/documents.ts';
import { type Emulator, startEmulator } from '../support/cosmos/emulator.ts';
import { offers } from '../support/kafka/choice.ts';

const { hasDocker } = await offers();

describe.skipIf(!hasDocker)('the official emulator of Cosmos DB (skipped: no Docker engine answers)', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterAll(() => emulator[Symbol.asyncDispose]());

  documentsContract('cosmos, on the official emulator', (): Promise<DocumentsPlace> => emulator.place(), [
    'a range that was split names its successors, and nothing is missed or comes twice',
  ]);
});
