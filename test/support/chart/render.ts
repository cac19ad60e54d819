/** The chart as Helm renders it. */
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { root } from '../../../scripts/results.ts';
import { lint, linter } from '../linters.ts';

export const helm = linter('helm');
export const chartFolder = join(root, 'deploy/chart');

export const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type Manifest = z.infer<typeof Manifest>;

/** What `helm template` says with such values; exit code 1 where it refuses them. */
export const template = (...set: readonly string[]) =>
  lint(helm, ['template', 'x', chartFolder, ...set.flatMap(value => ['--set', value])]);

/** The manifests of such values. @throws where Helm refuses them */
export function rendered(...set: readonly string[]): { readonly text: string; readonly manifests: Manifest[] } {
  const { status, said } = template(...set);
  if (status !== 0) throw new Error(said);
  return { text: said, manifests: manifestsOf(said) };
}

/** The manifests of what Helm printed. */
export const manifestsOf = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map(document => z.unknown().parse(document.toJS()))
    .filter(value => value !== null)
    .map(value => Manifest.parse(value));
