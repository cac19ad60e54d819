/** Writes `schemas/types.ts`: an interface for each record of the schemas, and a `Schema` for each file. */
import { format } from 'prettier';
import type { AvroDefinition, AvroField, AvroObject } from '../../src/stream/definition.ts';
import { InvalidSchema } from '../../src/stream/definition.ts';
import type { SchemaFile } from './files.ts';

/** Records that the engine itself reads and writes: their types are written by hand, where it uses them. */
const owned: ReadonlyMap<string, string> = new Map([
  ['Cut', '../src/stream/cut.ts'],
  ['ReadSpan', '../src/stream/cut.ts'],
  ['DeadLetter', '../src/stream/dead-letter.ts'],
]);

const style = { parser: 'typescript', singleQuote: true, printWidth: 120, arrowParens: 'avoid' } as const;

/** Text of `types.ts`. Throws `InvalidSchema` where two files define a name differently. */
export const typesOf = async (schemas: readonly SchemaFile[]): Promise<string> => {
  const declared = new Declarations();
  const ours = schemas.filter(({ definition }) => !owned.has(nameOf(definition)));
  const constants = ours.flatMap(schema => constant(schema, declared.typeOf(schema.definition)));
  const text = [...heading, ...declared.imports(), '', ...declared.types(), ...constants].join('\n');
  return format(text, style);
};

/** Text of `released.ts`: the definitions of the history, for whoever reads what a former release wrote. */
export const releasedText = (released: readonly SchemaFile[]): Promise<string> =>
  format(
    [
      '// Generated from the .avsc files in history: `node scripts/schemas.ts generate`.',
      '/* oxlint-disable max-lines -- generated */',
      "import type { AvroDefinition } from '../src/stream/definition.ts';",
      '',
      '/** Every schema that was ever released: records of former releases name one of them. */',
      `export const released: readonly AvroDefinition[] = ${JSON.stringify(released.map(({ definition }) => definition))};`,
    ].join('\n'),
    style,
  );

const heading = [
  '// Generated from the .avsc files beside it: change those, then run `node scripts/schemas.ts generate`.',
  '/* oxlint-disable max-lines -- generated */',
  "import { schema } from '../src/stream/schema.ts';",
];

const constant = ({ name, definition }: SchemaFile, type: string): string[] => {
  const variable = `${type.charAt(0).toLowerCase()}${type.slice(1)}Schema`;
  return [
    `/** schemas/${name}.avsc */`,
    `export const ${variable} = schema<${type}>(${JSON.stringify(definition)});`,
    '',
  ];
};

/** What has to be declared for the types met so far; each name once. */
class Declarations {
  readonly #definitions = new Map<string, string>();
  readonly #types: string[] = [];
  readonly #imports = new Map<string, Set<string>>();

  imports(): string[] {
    return [...this.#imports]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, names]) => `import type { ${[...names].sort().join(', ')} } from '${file}';`);
  }

  types(): readonly string[] {
    return this.#types;
  }

  /** The TypeScript type of an Avro type; declares the names in it. */
  typeOf(type: AvroDefinition): string {
    if (typeof type === 'string') return primitives.get(type) ?? this.#named(localName(type));
    if (isUnion(type)) return [...new Set(type.map(branch => this.typeOf(branch)))].sort(nullLast).join(' | ');
    if (type.logicalType === 'timestamp-millis') return this.#import('Millis', '../src/stream/time.ts');
    switch (type.type) {
      case 'record':
        return this.#declare(type, name => this.#record(name, type));
      case 'enum':
        return this.#declare(type, name => alias(name, type));
      case 'fixed':
        return 'Buffer';
      case 'array':
        return `readonly (${this.typeOf(part(type, type.items))})[]`;
      case 'map':
        return `Readonly<Record<string, ${this.typeOf(part(type, type.values))}>>`;
      default:
        return this.typeOf(type.type);
    }
  }

  /** A name, imported if its type is written by hand. */
  #named(name: string): string {
    const file = owned.get(name);
    return file === undefined ? name : this.#import(name, file);
  }

  #declare(type: AvroObject, declaration: (name: string) => string): string {
    const name = localName(part(type, type.name));
    const definition = JSON.stringify(type);
    const before = this.#definitions.get(name);
    if (before === definition) return name;
    if (before !== undefined) throw new InvalidSchema(`${name} is defined twice, differently`, 'Rename one of them');
    this.#definitions.set(name, definition);
    if (owned.has(name)) return this.#named(name);
    this.#types.push(declaration(name));
    return name;
  }

  #record(name: string, type: AvroObject): string {
    const fields = (type.fields ?? []).map(field => this.#field(field));
    return [...docs(type.doc), `export interface ${name} {`, ...fields, '}', ''].join('\n');
  }

  #field(field: AvroField): string {
    return [...docs(field.doc), `readonly ${field.name}: ${this.typeOf(field.type)};`].join('\n');
  }

  #import(name: string, file: string): string {
    const names = this.#imports.get(file) ?? new Set();
    this.#imports.set(file, names.add(name));
    return name;
  }
}

const primitives: ReadonlyMap<string, string> = new Map([
  ['null', 'null'],
  ['boolean', 'boolean'],
  ['int', 'number'],
  ['long', 'number'],
  ['float', 'number'],
  ['double', 'number'],
  ['bytes', 'Buffer'],
  ['string', 'string'],
]);

const isUnion = (type: AvroDefinition): type is readonly AvroDefinition[] => Array.isArray(type);

const nullLast = (a: string, b: string): number => Number(a === 'null') - Number(b === 'null');

const alias = (name: string, type: AvroObject): string =>
  [...docs(type.doc), `export type ${name} = ${(type.symbols ?? []).map(quoted).join(' | ')};`, ''].join('\n');

const quoted = (symbol: string): string => JSON.stringify(symbol);

const docs = (text: string | undefined): string[] => (text ? [`/** ${text.replaceAll('*/', '* /')} */`] : []);

/** Local name of a named type; empty for any other. */
const nameOf = (type: AvroDefinition): string =>
  typeof type === 'string' || isUnion(type) ? '' : localName(type.name ?? '');

const localName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const part = <Part>(type: AvroObject, value: Part | undefined): Part => {
  if (value === undefined) throw new InvalidSchema(`${JSON.stringify(type)} is incomplete`, 'Complete it');
  return value;
};
