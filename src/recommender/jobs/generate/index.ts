/** A live stream of plausible ratings. */
export { chancesOf } from './chances.ts';
export { NobodyKnown } from './choice.ts';
export { generate, type GenerateOptions } from './generate.ts';
export { inventedIds, inventedItems, inventedRatings } from './invented.ts';
export { knownSoFar } from './known.ts';
