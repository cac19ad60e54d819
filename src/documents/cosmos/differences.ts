/** What a container is in place of what it has to be, in words. */
import type { ContainerDefinition as Found, IndexingPolicy, OfferDefinition } from '@azure/cosmos';
import { type ContainerDefinition, defaultTtlOf, type IndexPolicy, indexPolicyOf } from './containers.ts';

export interface Throughput {
  readonly mode: 'autoscale' | 'manual' | 'serverless';
  readonly requestUnits: number;
  readonly of: 'database' | 'container';
}

export function differencesOf(wanted: ContainerDefinition, found: Found): string[] {
  const paths = found.partitionKey?.paths.join(', ') ?? 'none';
  const version = `${found.partitionKey?.version ?? 1}`;
  const ttl = defaultTtlOf(wanted);
  return [
    ...(paths === wanted.partitionKey
      ? []
      : [`it is partitioned by ${paths}, not ${wanted.partitionKey}: make it anew`]),
    ...(version === '2' ? [] : [`its partition key has version ${version} of the hash, not 2: make it anew`]),
    ...(found.defaultTtl === ttl
      ? []
      : [`its documents expire after ${ttlText(found.defaultTtl)}, not ${ttlText(ttl)} (defaultTtl)`]),
    ...indexDifferences(indexPolicyOf(wanted), found.indexingPolicy),
  ];
}

const ttlText = (ttl: number | undefined): string => {
  if (ttl === undefined) return 'nothing, not even where they say so';
  return ttl === -1 ? 'what they say themselves' : `${ttl} s`;
};

/** The service adds `_etag` to what is excluded by itself. */
function indexDifferences(wanted: IndexPolicy, found: IndexingPolicy | undefined): string[] {
  const mode = found?.indexingMode?.toLowerCase() ?? 'none';
  const differ = (what: string, is: readonly string[], of: readonly string[]): string[] =>
    sameSet(is, of) ? [] : [`its index ${what} ${named(is)}, not ${named(of)}`];
  return [
    ...(mode === wanted.indexingMode ? [] : [`its index is kept as '${mode}', not '${wanted.indexingMode}'`]),
    ...differ('includes', pathsIn(found?.includedPaths), pathsIn(wanted.includedPaths)),
    ...differ(
      'excludes',
      pathsIn(found?.excludedPaths).filter(path => path !== '/"_etag"/?'),
      pathsIn(wanted.excludedPaths),
    ),
    ...differ('combines', compositesIn(found?.compositeIndexes), compositesIn(wanted.compositeIndexes)),
  ];
}

const pathsIn = (paths: readonly { readonly path: string }[] | undefined): string[] =>
  (paths ?? []).map(({ path }) => path);

interface Composite {
  readonly path: string;
  readonly order?: string;
}

const compositesIn = (indexes: readonly (readonly Composite[])[] | undefined): string[] =>
  (indexes ?? []).map(index => index.map(({ path, order = 'ascending' }) => `${path} ${order}`).join(' + '));

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every(each => b.includes(each));

const named = (all: readonly string[]): string => (all.length === 0 ? 'nothing' : all.join(', '));

export function throughputText(content: NonNullable<OfferDefinition['content']>): string {
  const most = content.offerAutopilotSettings?.maxThroughput;
  return most === undefined ? `${content.offerThroughput} RU/s` : `autoscale up to ${most} RU/s`;
}
