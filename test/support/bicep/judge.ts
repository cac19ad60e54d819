/** What a compiler would say first of deploy/bicep: names that nobody declared, needs, or knows. A problem a sentence. */
import { dirname, join } from 'node:path';
import type { BicepFile, Declaration } from '../../../deploy/bicep/reader.ts';
import type { Written } from '../../../deploy/bicep/written.ts';
import { modules, type Names, ofBicep, outputs, resources, thereAlready } from './names.ts';

const isPlaced = ({ kind }: Declaration): boolean => kind === 'module' || kind === 'resource';
const given = ({ value }: Declaration): Written | undefined => (value?.kind === 'loop' ? value.body : value);
const at = ({ path }: BicepFile, { line, name }: Declaration): string => `${path}:${line} ${name}`;

/** Names that are used and not declared, and those that are declared and used by nobody. */
export function namesWithin(file: BicepFile): string[] {
  const { declarations } = file;
  const declared = new Set(declarations.filter(({ kind }) => kind !== 'output').map(({ name }) => name));
  const used = new Set(declarations.flatMap(({ uses }) => [...uses]));
  const isShared = declarations.every(({ kind }) => kind === 'type' || kind === 'variable');
  const unknown = declarations.flatMap(one =>
    [...one.uses].filter(name => !declared.has(name)).map(name => `${at(file, one)}: nothing is called ${name}`),
  );
  const idle = declarations.filter(
    ({ kind, name }) => !isShared && ['parameter', 'variable', 'import'].includes(kind) && !used.has(name),
  );
  return [...unknown, ...idle.map(one => `${at(file, one)}: nobody uses it`)];
}

/** Files of ours that a file names as modules or imports. */
export const neighbours = ({ path, declarations }: BicepFile): string[] =>
  [
    ...new Set(declarations.flatMap(({ kind, of = '' }) => (kind !== 'resource' && of.endsWith('.bicep') ? [of] : []))),
  ].map(of => join(dirname(path), of));

/** What is given to modules of ours: what they ask for, and nothing else; and that what is read of them is there. */
export function betweenFiles(file: BicepFile, files: ReadonlyMap<string, BicepFile>): string[] {
  return file.declarations.flatMap(one => {
    const other = files.get(join(dirname(file.path), one.of ?? ''));
    if (other === undefined) return [];
    const has = (kind: Declaration['kind']) => other.declarations.filter(declared => declared.kind === kind);
    if (one.kind === 'import')
      return other.declarations.some(({ name }) => name === one.name)
        ? []
        : [`${at(file, one)}: ${one.of} has no such name`];
    const params = propertiesOf(propertiesOf(given(one)).get('params'));
    const asked = has('parameter');
    const offered = new Set(has('output').map(({ name }) => name));
    return [
      ...asked.flatMap(({ name, value }) =>
        params.has(name) || value !== undefined ? [] : [`${at(file, one)}: ${name} is not given`],
      ),
      ...[...params.keys()].flatMap(name =>
        asked.some(param => param.name === name) ? [] : [`${at(file, one)}: ${name} is not asked for`],
      ),
      ...readOf(file, one).flatMap(name => (offered.has(name) ? [] : [`${at(file, one)}: it has no output ${name}`])),
    ];
  });
}

/** Of modules and resources that are Microsoft's: the names that its references know. */
export function againstReferences(file: BicepFile): string[] {
  return file.declarations.filter(isPlaced).flatMap(one => {
    const { kind, of = '' } = one;
    if (kind === 'module' && !of.startsWith('br/')) return [];
    const known = knownOf(one);
    if (known === undefined) return [`${at(file, one)}: ${of} is not in test/support/bicep/names.ts`];
    const properties = propertiesOf(given(one));
    if (kind === 'module') {
      const unread = readOf(file, one).filter(name => outputs[of]?.includes(name) !== true);
      return [
        ...strangers(properties, ofBicep.module).map(name => `${at(file, one)}: a module has no ${name}`),
        ...unread.map(name => `${at(file, one)}: it has no output ${name}`),
        ...against(properties.get('params'), known, at(file, one), file),
      ];
    }
    const own = new Map([...properties].filter(([name]) => !ofBicep.resource.includes(name)));
    return against({ kind: 'object', properties: own }, known, at(file, one), file);
  });
}

function knownOf({ kind, of = '', existing }: Declaration): Names | undefined {
  if (existing) return thereAlready.includes(of) ? { 'name!': 'any' } : undefined;
  return kind === 'module' ? modules[of] : resources[of];
}

const strangers = (properties: ReadonlyMap<string, unknown>, known: readonly string[]): string[] =>
  [...properties.keys()].filter(name => !known.includes(name));

const readOf = ({ declarations }: BicepFile, { name: module }: Declaration): string[] => [
  ...new Set(
    declarations
      .flatMap(({ reads }) => [...reads])
      .flatMap(read => (read.startsWith(`${module}.`) ? [read.slice(module.length + 1)] : [])),
  ),
];

const propertiesOf = (written: Written | undefined): ReadonlyMap<string, Written> =>
  written?.kind === 'object' ? written.properties : new Map();

function against(written: Written | undefined, known: Names, where: string, file: BicepFile): string[] {
  if (known === 'any' || written === undefined) return [];
  if (written.kind === 'loop') return against(written.body, known, where, file);
  if (written.kind === 'list') return written.items.flatMap(item => against(item, known, where, file));
  if (written.kind === 'expression') {
    const variable = file.declarations.find(({ kind, name }) => kind === 'variable' && name === written.text);
    return against(variable?.value, known, where, file);
  }
  if (written.kind === 'literal') return [];
  const { properties } = written;
  const needed = Object.keys(known).flatMap(name => (name.endsWith('!') ? [name.slice(0, -1)] : []));
  const missing = needed.filter(name => !properties.has(name)).map(name => `${where}: ${name} is missing`);
  const wrong = [...properties].flatMap(([name, value]) => {
    const names = known[name] ?? known[`${name}!`];
    return names === undefined ? [`${where}: nobody knows ${name}`] : against(value, names, `${where}.${name}`, file);
  });
  return [...missing, ...wrong];
}
