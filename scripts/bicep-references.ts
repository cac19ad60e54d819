// Holds test/support/bicep/names.ts against Microsoft's own descriptions, in clones of Azure/bicep-types-az and
// Azure/bicep-registry-modules: node scripts/bicep-references.ts TYPES MODULES
import { execFileSync } from 'node:child_process';
import { modules, outputs, resources, thereAlready } from '../test/support/bicep/names.ts';
import {
  differences,
  moduleIn,
  type Shape,
  shapeOfModule,
  shapeOfResource,
  type Types,
  typesIn,
} from '../test/support/bicep/references.ts';

const [typesFolder, modulesFolder] = [cloneAt(2, 'Azure/bicep-types-az'), cloneAt(3, 'Azure/bicep-registry-modules')];

function cloneAt(place: number, of: string): string {
  const given = process.argv[place];
  if (given === undefined)
    throw new Error(`No clone of ${of} was named: node scripts/bicep-references.ts TYPES MODULES`);
  return given;
}

const largest = 64 << 20;
const shown = (folder: string, ...given: readonly string[]): string =>
  execFileSync('git', ['-C', folder, ...given], { encoding: 'utf8', maxBuffer: largest });

const files = shown(typesFolder, 'ls-tree', '-r', '--name-only', 'HEAD', 'generated').split('\n');
const read = new Map<string, Types>();

/** A provider's types may lie in several folders of the same version. */
function shapeOfType(name: string, path: readonly string[] = []): Shape {
  const [type = '', version = ''] = name.split('@');
  const provider = type.split('/', 1)[0]?.toLowerCase() ?? '';
  for (const file of files.filter(one => one.endsWith(`/${provider}/${version}/types.json`))) {
    const types = read.get(file) ?? typesIn(shown(typesFolder, 'show', `HEAD:${file}`));
    read.set(file, types);
    if (types.some(one => JSON.stringify(one).includes(`"name":"${name}"`))) return shapeOfResource(types, name, path);
  }
  throw new Error(`${typesFolder} has no ${name}`);
}

const wrong: string[] = [];
for (const name of thereAlready) shapeOfType(name);
for (const [name, known] of Object.entries(resources)) wrong.push(...differences(known, shapeOfType(name), name));
for (const [name, known] of Object.entries(modules)) {
  const [, path = '', version = ''] = /^br\/public:(.+):(.+)$/.exec(name) ?? [];
  const module = moduleIn(shown(modulesFolder, 'show', `${path}/${version}:${path}/main.json`));
  const shape = shapeOfModule(module, source => {
    const [type = '', inside = ''] = source.split('#');
    return shapeOfType(
      type,
      inside.split('/').filter(part => part !== ''),
    );
  });
  wrong.push(...differences(known, shape, name));
  wrong.push(
    ...(outputs[name] ?? []).flatMap(output => (output in module.outputs ? [] : [`${name} has no output ${output}`])),
  );
}
const count = thereAlready.length + Object.keys(resources).length + Object.keys(modules).length;
console.log(wrong.length === 0 ? `${count} modules and resources are as names.ts says` : wrong.join('\n'));
process.exitCode = wrong.length === 0 ? 0 : 1;
