/** Settings that a program gives as an object, in the shape that a file has. */
import type { Config } from './config.ts';
import { InvalidConfiguration } from './config-errors.ts';
import { groups, nearestPath, settingAt } from './config-settings.ts';
import { configure } from './configure.ts';

/** `origin` is who gives them, for messages. @throws {InvalidConfiguration} */
export function configuredBy(origin: string, tree: object): Config {
  const flags = Object.fromEntries(within(origin, tree, '').map(([path, value]) => [path, { flag: origin, value }]));
  return configure({ environment: {}, flags }).config;
}

function within(origin: string, tree: object, group: string): [path: string, value: unknown][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const path = group === '' ? name : `${group}.${name}`;
    if (groups.has(path) && typeof value === 'object' && value !== null) return within(origin, value, path);
    if (settingAt(path) !== undefined) return [[path, value]];
    throw new InvalidConfiguration(`${origin}: there is no setting '${path}'`, `Did you mean '${nearestPath(path)}'?`);
  });
}
