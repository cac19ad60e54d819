import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** A full collection: what is in use after it is held. */
export const collect = (): void => void runInNewContext('gc()');
