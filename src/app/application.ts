/** Loads an application: a module that exports `topologies`. */
import { BuildError } from '../engine/errors.ts';
import type { Topology } from '../engine/topology.ts';

/** The topologies that the module at a URL exports under that name. @throws {BuildError} where it cannot be loaded, or exports none */
export async function topologiesOf(app: string): Promise<readonly Topology[]> {
  const module = await loaded(app);
  if (isApp(module)) return module.topologies;
  throw new BuildError(`${app} does not export 'topologies'`, 'Export an array of topologies under that name');
}

async function loaded(app: string): Promise<unknown> {
  try {
    const module: unknown = await import(app);
    return module;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`${app} cannot be loaded: ${why}`, 'Mend the module', { cause });
  }
}

const isApp = (module: unknown): module is { topologies: readonly Topology[] } =>
  typeof module === 'object' && module !== null && 'topologies' in module && Array.isArray(module.topologies);
