/** A live stream of plausible ratings. */
export { generate, NobodyKnown, type GenerateOptions } from './generate.ts';
export { knownSoFar, type Known } from './known.ts';
