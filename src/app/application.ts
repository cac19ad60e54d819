/** Loads an application: a module that exports `topologies`. */
import { BuildError } from '../engine/errors.ts';
import type { Topology } from '../engine/topology.ts';

/** The topologies that the module at a URL exports under that name. @throws {BuildError} where it exports none */
export async function topologiesOf(app: string): Promise<readonly Topology[]> {
  const module: unknown = await import(app);
  if (isApp(module)) return module.topologies;
  throw new BuildError(`${app} does not export 'topologies'`, 'Export an array of topologies under that name');
}

const isApp = (module: unknown): module is { topologies: readonly Topology[] } =>
  typeof module === 'object' && module !== null && 'topologies' in module && Array.isArray(module.topologies);
