import { posix } from 'node:path';
import { parseSync, type EcmaScriptModule } from 'oxc-parser';

/**
 * One import of a module: what is named, whether types alone are taken (those are gone when the code runs), and whether
 * it happens only when somebody asks for it.
 */
export type Import = { readonly target: string; readonly typeOnly: boolean; readonly later?: true };

/** The source files by their path from the repository's root, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/** Threads are started by URL: what they load is imported, too. */
const urls = /new URL\(\s*'(?<path>\.{1,2}\/[^']+\.tsx?)',\s*import\.meta\.url/g;

/** Every import of a file: its own files by their path, packages by their name. */
export function importsOf(path: string, text: string): Import[] {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return [...imported(module), ...passedOn(module), ...importedLater(module, text), ...threads(text)].map(
    ({ target, ...how }) => ({ target: resolve(path, target), ...how }),
  );
}

const imported = ({ staticImports }: EcmaScriptModule): Import[] =>
  staticImports.map(({ moduleRequest, entries }) => ({
    target: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(entry => entry.isType),
  }));

const passedOn = ({ staticExports }: EcmaScriptModule): Import[] =>
  staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [{ target: moduleRequest.value, typeOnly: isType }],
    );

/** A path that is computed cannot be judged: it is what `--app FILE` loads. */
const importedLater = ({ dynamicImports }: EcmaScriptModule, text: string): Import[] =>
  dynamicImports
    .map(({ moduleRequest }) => text.slice(moduleRequest.start, moduleRequest.end))
    .filter(request => /^['"].*['"]$/.test(request))
    .map(request => ({ target: request.slice(1, -1), typeOnly: false, later: true }));

const threads = (text: string): Import[] =>
  [...text.matchAll(urls)].map(match => ({ target: match.groups?.['path'] ?? '', typeOnly: false }));

const resolve = (path: string, target: string): string =>
  target.startsWith('.') ? posix.join(posix.dirname(path), target) : packageOf(target);

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * The packages that run when `entry` is imported: through all its imports but those of types, and those that only run
 * when an adapter is opened; test/package sees to it that nobody opens one unasked.
 */
export function packagesLoadedBy(entry: string, files: Files): Set<string> {
  const packages = new Set<string>();
  const seen = new Set([entry]);
  for (const path of seen) {
    const text = files.get(path);
    if (text === undefined) throw new Error(`${path} does not exist`);
    for (const { target, typeOnly, later } of importsOf(path, text)) {
      if (typeOnly || later === true) continue;
      if (/\.tsx?$/.test(target)) seen.add(target);
      else packages.add(target);
    }
  }
  return packages;
}
