import { BuildError } from './errors.ts';

/** Refuses an option that nothing reads, so that a slip of the pen is found at the build. */
export function refuseUnknown(given: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw new BuildError(`There is no '${name}' among ${where}`, `Known are: ${known.join(', ')}`);
    }
  }
}
