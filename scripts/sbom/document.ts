/** The bill of materials that npm makes, as one that is the same whenever it is made of the same lock file. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { checkLicences, said } from './licences.ts';

const Licence = z.union([
  z.object({ license: z.looseObject({ id: z.string().optional(), name: z.string().optional() }) }),
  z.object({ expression: z.string() }),
]);
const Property = z.object({ name: z.string(), value: z.string() });
const Component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  licenses: z.array(Licence).default([]),
  properties: z.array(Property).default([]),
});
type Component = z.infer<typeof Component>;

/** CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/), as much of it as is looked at here. */
export const Document = z.looseObject({
  specVersion: z.literal('1.5'),
  serialNumber: z.string(),
  metadata: z.looseObject({ timestamp: z.string().optional(), component: Component }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string() })),
});
export type Document = z.infer<typeof Document>;

export interface Make {
  /** Of the project; npm takes the name of the folder instead. */
  readonly name: string;
  /** Names and versions, `name@version`, whose code is in the pages and not beside them. */
  readonly bundled: ReadonlySet<string>;
  /** Seconds since 1970 (SOURCE_DATE_EPOCH, https://reproducible-builds.org/specs/source-date-epoch/); without them it has no time. */
  readonly made_s?: number;
}

/**
 * Orders components by reference, says what npm cannot know, and takes the serial number from the content.
 * @throws {LicenceNotAllowed}
 */
export function reproducible(document: Document, { name, bundled, made_s }: Make): Document {
  const { serialNumber: _, metadata, components, dependencies, ...rest } = document;
  const { timestamp: __, component, ...about } = metadata;
  const all = components.map(each => completed(each, bundled)).sort(by(({ 'bom-ref': ref }) => ref));
  checkLicences(all.map(each => ({ ...each, licences: each.licenses.map(idOf) })));
  const time = made_s === undefined ? {} : { timestamp: new Date(made_s * 1_000).toISOString() };
  const content = {
    ...rest,
    metadata: { ...time, ...about, component: { ...component, name } },
    components: all,
    dependencies: dependencies.toSorted(by(({ ref }) => ref)),
  };
  return { ...content, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}` };
}

function completed(component: Component, bundled: ReadonlySet<string>): Component {
  const id = `${component.name}@${component.version}`;
  const own = said[id];
  const licenses =
    component.licenses.length > 0 || own === undefined ? component.licenses : [{ license: { id: own.licence } }];
  const properties = [...component.properties];
  if (bundled.has(id)) properties.push({ name: 'cdx:npm:package:bundled', value: 'true' });
  if (own !== undefined) properties.push({ name: 'millrace:licence', value: own.where });
  return { ...component, licenses, properties };
}

const idOf = (licence: z.infer<typeof Licence>): string =>
  'expression' in licence ? licence.expression : (licence.license.id ?? licence.license.name ?? '');

/** Code units, which no locale changes. */
const by =
  <T>(key: (of: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

/** A UUID of version 8 (RFC 9562, section 5.8), whose other bits are those of a SHA-256. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
