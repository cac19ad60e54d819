/** Loads an application: a module that exports `topologies`, or `topologiesWith` where settings decide about them. */
import { fileURLToPath } from 'node:url';
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
  if (isConfigurable(module))
    return topologiesIn(
      await module.topologiesWith(settings, services),
      `${pathOf(app)}: what 'topologiesWith' answers`,
    );
  if (isApp(module)) return topologiesIn(module.topologies, `${pathOf(app)}: 'topologies'`);
  throw new BuildError(
    `${pathOf(app)} does not export 'topologies'`,
    'Export an array of topologies under that name, or a function `topologiesWith` of the settings that answers one',
  );
}

/** The file of a module, as people write it. */
export const pathOf = (app: string): string => (app.startsWith('file:') ? fileURLToPath(app) : app);

/** What a module gave out as topologies. @throws {BuildError} where it is something else */
function topologiesIn(given: unknown, what: string): readonly Topology[] {
  if (!Array.isArray(given)) throw notTopologies(`${what} is ${kindOf(given)}, not an array`);
  const list: readonly unknown[] = given;
  if (list.length === 0) throw notTopologies(`${what} is empty: there is nothing to run`);
  return list.map((one, at) => {
    if (isTopology(one)) return one;
    throw notTopologies(`${what} has ${kindOf(one)} at position ${at}, which is no topology`);
  });
}

const notTopologies = (problem: string): BuildError =>
  new BuildError(
    problem,
    'Export what `topology(NAME, task => { … })` answers, as in `export const topologies = [mine]`',
  );

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const isTopology = (value: unknown): value is Topology =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'build' in value &&
  typeof value.build === 'function';

/** Streams that the module names beside those of its topologies: what comes from outside and no topology reads. */
export async function furtherStreamsOf(app: string): Promise<readonly Stream<unknown>[]> {
  const module: unknown = await import(app);
  return hasStreams(module) ? module.streams : [];
}

const hasStreams = (module: unknown): module is { streams: readonly Stream<unknown>[] } =>
  typeof module === 'object' &&
  module !== null &&
  'streams' in module &&
  Array.isArray(module.streams) &&
  module.streams.every(isStream);

const isStream = (value: unknown): value is Stream<unknown> =>
  typeof value === 'object' && value !== null && 'name' in value && 'schema' in value && 'key' in value;

const isConfigurable = (
  module: unknown,
): module is {
  topologiesWith: (settings: ApplicationSettings, services: RecommenderServices) => unknown;
} =>
  typeof module === 'object' &&
  module !== null &&
  'topologiesWith' in module &&
  typeof module.topologiesWith === 'function';

const isApp = (module: unknown): module is { topologies: unknown } =>
  typeof module === 'object' && module !== null && 'topologies' in module;
