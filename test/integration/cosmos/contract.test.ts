import { documentsContract } from '../../contract/documents.ts';
import { cosmosPlace } from '../../support/cosmos/place.ts';

documentsContract('cosmos, on the protocol fixture', () => cosmosPlace({ ranges: 3 }));
