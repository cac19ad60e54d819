/** A live stream of plausible ratings. */
export { generate, NobodyKnown, type GenerateOptions } from './generate.ts';
export { knownSoFar } from './known.ts';
