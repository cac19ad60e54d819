/** Loads an application: a module that exports `topologies`, or `topologiesWith` where settings decide about them. */
import type { RecommenderServices, RecommenderSettings } from '../../topologies/index.ts';
import type { GenerationSettings } from '../recommender/generations/controller.ts';
import { BuildError } from '../engine/errors.ts';
import type { Topology } from '../engine/topology.ts';
import type { Stream } from '../stream/stream.ts';

/** What the configuration says about an application: plain data, since it crosses threads. */
export interface ApplicationSettings extends RecommenderSettings {
  readonly generations: GenerationSettings & { readonly threads: number };
}

/** The topologies of the module at a URL, as the settings want them. @throws {BuildError} where it exports none */
export async function topologiesOf(
  app: string,
  settings: ApplicationSettings,
  services: RecommenderServices = {},
): Promise<readonly Topology[]> {
  const module: unknown = await import(app);
  if (isConfigurable(module)) return module.topologiesWith(settings, services);
  if (isApp(module)) return module.topologies;
  throw new BuildError(
    `${app} does not export 'topologies'`,
    'Export an array of topologies under that name, or a function `topologiesWith` of the settings that answers one',
  );
}

/** Streams that the module names beside those of its topologies: what comes from outside and no topology reads. */
export async function furtherStreamsOf(app: string): Promise<readonly Stream<unknown>[]> {
  const module: unknown = await import(app);
  return hasStreams(module) ? module.streams : [];
}

const hasStreams = (module: unknown): module is { streams: readonly Stream<unknown>[] } =>
  typeof module === 'object' && module !== null && 'streams' in module && Array.isArray(module.streams);

const isConfigurable = (
  module: unknown,
): module is {
  topologiesWith: (settings: ApplicationSettings, services: RecommenderServices) => readonly Topology[];
} =>
  typeof module === 'object' &&
  module !== null &&
  'topologiesWith' in module &&
  typeof module.topologiesWith === 'function';

const isApp = (module: unknown): module is { topologies: readonly Topology[] } =>
  typeof module === 'object' && module !== null && 'topologies' in module && Array.isArray(module.topologies);
