/**
 * Microsoft's own descriptions of modules and resources, as shapes that names.ts is held against: compiled modules
 * (main.json of a tag of Azure/bicep-registry-modules) and types (types.json of Azure/bicep-types-az).
 */
import { z } from 'zod';
import type { Names } from './names.ts';

/** Names that an object may have; undefined where it may have any. */
export type Shape =
  ReadonlyMap<string, { readonly required: boolean; readonly of: () => Shape | undefined }> | undefined;

/** What names.ts says otherwise, a sentence each. */
export function differences(names: Names, shape: Shape, where: string): string[] {
  if (names === 'any' || shape === undefined) return [];
  const said = new Map(
    Object.entries(names).map(([name, of]) => [name.replace(/!$/, ''), { required: name.endsWith('!'), of }]),
  );
  const wrong = [...said].flatMap(([name, { required, of }]) => {
    const known = shape.get(name);
    if (known === undefined) return [`${where} has no ${name}`];
    const inside = differences(of, known.of(), `${where}.${name}`);
    return known.required === required
      ? inside
      : [`${where}.${name} is ${known.required ? 'required' : 'optional'}`, ...inside];
  });
  const missing = [...shape].filter(([name, { required }]) => required && !said.has(name));
  return [...wrong, ...missing.map(([name]) => `${where}.${name} is required`)];
}

const Reference = z.object({ $ref: z.string() });
const Type = z.object({
  $type: z.string(),
  name: z.string().optional(),
  body: Reference.optional(),
  itemType: Reference.optional(),
  properties: z.record(z.string(), z.object({ type: Reference, flags: z.int() })).optional(),
  additionalProperties: Reference.optional(),
});
const Types = z.array(z.unknown());
export type Types = z.infer<typeof Types>;
export const typesIn = (text: string): Types => Types.parse(JSON.parse(text));

const [requiredFlag, readOnlyFlag] = [1, 2];
const typeAt = (types: Types, { $ref }: z.infer<typeof Reference>) => Type.parse(types[Number($ref.split('/').at(-1))]);

/** Of a resource; `path` leads into it as modules refer to it: `properties/sku/properties/tier`. */
export function shapeOfResource(types: Types, name: string, path: readonly string[] = []): Shape {
  const found = types
    .map(type => Type.safeParse(type).data)
    .find(type => type?.$type === 'ResourceType' && type.name === name);
  if (found?.body === undefined) throw new Error(`There is no type ${name}`);
  return shapeOfType(types, followed(types, typeAt(types, found.body), path));
}

function followed(types: Types, type: z.infer<typeof Type>, [step, ...rest]: readonly string[]): z.infer<typeof Type> {
  if (step === undefined) return type;
  if (step === 'items') return type.itemType === undefined ? type : followed(types, typeAt(types, type.itemType), rest);
  const [name = '', ...further] = rest;
  const property = type.properties?.[name];
  if (step !== 'properties' || property === undefined) throw new Error(`There is no ${step}/${name}`);
  return followed(types, typeAt(types, property.type), further);
}

/** A list has the shape of its items. */
function shapeOfType(types: Types, { $type, itemType, properties, additionalProperties }: z.infer<typeof Type>): Shape {
  if ($type === 'ArrayType' && itemType !== undefined) return shapeOfType(types, typeAt(types, itemType));
  if ($type !== 'ObjectType' || properties === undefined || additionalProperties !== undefined) return undefined;
  const writable = Object.entries(properties).filter(([, { flags }]) => (flags & readOnlyFlag) === 0);
  return new Map(
    writable.map(([name, { type, flags }]) => [
      name,
      { required: (flags & requiredFlag) !== 0, of: () => shapeOfType(types, typeAt(types, type)) },
    ]),
  );
}

const derivedFrom = '__bicep_resource_derived_type!';
const Parameter = z.looseObject({
  $ref: z.string().optional(),
  nullable: z.boolean().optional(),
  defaultValue: z.unknown().optional(),
  items: z.looseObject({}).optional(),
  properties: z.record(z.string(), z.looseObject({})).optional(),
  metadata: z.looseObject({ [derivedFrom]: z.looseObject({ source: z.string() }).optional() }).optional(),
});
const Module = z.object({
  parameters: z.record(z.string(), z.looseObject({})),
  definitions: z.record(z.string(), z.looseObject({})).default({}),
  outputs: z.record(z.string(), z.unknown()),
});
export type Module = z.infer<typeof Module>;
export const moduleIn = (text: string): Module => Module.parse(JSON.parse(text));

/** `shapeOf` answers what a parameter is that has the type of a resource's property: `TYPE@VERSION#properties/…`. */
export function shapeOfModule({ parameters, definitions }: Module, shapeOf: (source: string) => Shape): Shape {
  const resolved = (given: object): z.infer<typeof Parameter> => {
    const { $ref, ...own } = Parameter.parse(given);
    return $ref === undefined ? own : { ...resolved(definitions[$ref.split('/').at(-1) ?? ''] ?? {}), ...own };
  };
  const shapeOfProperties = (properties: Readonly<Record<string, object>>): Shape =>
    new Map(
      Object.entries(properties).map(([name, given]) => {
        const { nullable, defaultValue } = resolved(given);
        return [name, { required: nullable !== true && defaultValue === undefined, of: () => shapeOfParameter(given) }];
      }),
    );
  const shapeOfParameter = (given: object): Shape => {
    const { items, properties, metadata } = resolved(given);
    const source = metadata?.[derivedFrom]?.source;
    if (source !== undefined) return shapeOf(source);
    if (items !== undefined) return shapeOfParameter(items);
    return properties === undefined ? undefined : shapeOfProperties(properties);
  };
  return shapeOfProperties(parameters);
}
