/** What of the lock file comes with Millrace: the packages that are reached from names, as Node would find them. */
import { z } from 'zod';

const Names = z.record(z.string(), z.string()).default({});
const Package = z.looseObject({
  version: z.string().optional(),
  dependencies: Names,
  devDependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).default({}),
});
type Package = z.infer<typeof Package>;

/** Packages by where they lie, such as `node_modules/a/node_modules/b`; the project itself lies at ''. */
export const Lock = z.looseObject({ packages: z.record(z.string(), Package) });
export type Lock = z.infer<typeof Lock>;

/** A name that the lock file does not have where it is looked for. */
export class NotLocked extends Error {
  constructor(name: string, from: string) {
    super(`package-lock.json has no ${name}, which ${from === '' ? 'the project' : from} needs: npm install`);
    this.name = 'NotLocked';
  }
}

/** Where the packages lie that the names lead to, and all that those need. @throws {NotLocked} */
export function reached({ packages }: Lock, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const waiting = [...names].map(name => placeOf(packages, name, ''));
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (found.has(place)) continue;
    found.add(place);
    waiting.push(...needsOf(packages, place));
  }
  return found;
}

/** Optional ones count where the lock file has them, peers unless they are optional: npm installs them, too. */
function needsOf(packages: Lock['packages'], place: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = Package.parse(packages[place]);
  const peers = Object.keys(peerDependencies).filter(name => peerDependenciesMeta[name]?.optional !== true);
  const optional = new Set(Object.keys(optionalDependencies));
  const must = [...Object.keys(dependencies), ...peers].filter(name => !optional.has(name));
  const may = [...optional].filter(name => lookUp(packages, name, place) !== undefined);
  return [...must, ...may].map(name => placeOf(packages, name, place));
}

function placeOf(packages: Lock['packages'], name: string, from: string): string {
  const place = lookUp(packages, name, from);
  if (place === undefined) throw new NotLocked(name, from);
  return place;
}

/** From the package's own modules outwards, as Node looks. */
function lookUp(packages: Lock['packages'], name: string, from: string): string | undefined {
  const folders = from === '' ? [] : from.slice('node_modules/'.length).split('/node_modules/');
  const places = [...folders, name].map((_, depth) =>
    [...folders.slice(0, folders.length - depth), name].map(part => `node_modules/${part}`).join('/'),
  );
  return places.find(place => Object.hasOwn(packages, place));
}
