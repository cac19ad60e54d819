/** The values with which the chart is rendered and installed: those that people have, and those that reach every branch. */
import { join } from 'node:path';
import { root } from '../../results.ts';

export type ValueSet = { readonly name: string; readonly files: readonly string[] };

/** A name for a namespace or a folder. */
export const slug = ({ name }: ValueSet): string => name.replaceAll(' ', '-');

const of = (...paths: readonly string[]): string[] => paths.map(path => join(root, path));

export const valueSets: readonly ValueSet[] = [
  { name: 'no values', files: [] },
  { name: 'the values of dev', files: of('deploy/bicep/dev.values.yaml') },
  { name: 'the values of prod', files: of('deploy/bicep/prod.values.yaml') },
  { name: 'every feature', files: of('test/deploy/values/full.yaml') },
  { name: 'every switch off', files: of('test/deploy/values/off.yaml') },
];
