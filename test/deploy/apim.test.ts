/** The gateway's policies and template: what can be said of them without Azure. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import {
  kept,
  ofVersion,
  operationOf,
  readDescription,
  readPolicy,
  template,
  versions,
  withheld,
} from '../../deploy/apim/template.ts';
import { root } from '../../scripts/results.ts';
import { configure } from '../../src/app/configure.ts';
import { defaultHttp } from '../../src/recommender/api/http.ts';

const folder = join(root, 'deploy/apim/policies');
/** Of the policy reference of API Management: those that may stand in a section, and what may stand in them. */
const known: { readonly [policy: string]: readonly string[] } = {
  base: [],
  cors: ['allowed-origins', 'allowed-methods', 'allowed-headers', 'expose-headers', 'origin', 'method', 'header'],
  choose: ['when', 'otherwise'],
  'rate-limit-by-key': [],
  'validate-jwt': ['openid-config', 'audiences', 'audience', 'issuers', 'issuer'],
  'forward-request': [],
  'set-header': ['value'],
  'cache-lookup': ['vary-by-header', 'vary-by-query-parameter'],
  'cache-store': [],
};
const sections = ['inbound', 'backend', 'outbound', 'on-error'];

interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly Element[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  processEntities: true,
});

function elementsOf(parsed: unknown): Element[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: Record<string, unknown>) => {
    const name = Object.keys(entry).find(key => key !== ':@' && key !== '#text' && key !== '#comment');
    if (name === undefined) return [];
    const attributes = Object.entries(entry[':@'] ?? {}).map(([key, value]) => [key, String(value)]);
    return [{ name, attributes: Object.fromEntries(attributes), children: elementsOf(entry[name]) }];
  });
}

const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)];

async function policyOf(name: 'api' | 'everybodys-lists'): Promise<Element> {
  const [policies] = elementsOf(parser.parse(await readPolicy(name)));
  if (policies === undefined) throw new Error('There is a policy');
  return policies;
}

test('every policy is XML, in the four sections, of names that API Management knows', async () => {
  const files = await readdir(folder);
  expect(files.sort()).toEqual(['api.xml', 'everybodys-lists.xml']);
  // oxlint-disable-next-line typescript/no-deprecated -- what replaces it is a further package, for one line
  for (const file of files) expect(parser.parse(await readFile(join(folder, file), 'utf8'), true)).not.toEqual([]);
  for (const name of ['api', 'everybodys-lists'] as const) {
    const policies = await policyOf(name);
    expect(policies.name).toBe('policies');
    expect(policies.children.map(section => section.name)).toEqual(sections);
    const inside = policies.children
      .flatMap(section => section.children)
      .flatMap(all)
      .map(element => element.name);
    const names = new Set([...Object.keys(known), ...Object.values(known).flat()]);
    expect(inside.filter(element => !names.has(element))).toEqual([]);
  }
});

test('what the gateway limits is what the settings say', async () => {
  const { rates, clockSkew_s } = configure({ environment: {} }).config.auth;
  const elements = all(await policyOf('api'));
  const limits = elements.filter(({ name }) => name === 'rate-limit-by-key').map(({ attributes }) => attributes);
  const of = (perSecond: number) => ({
    calls: String(perSecond * rates.burst_s),
    'renewal-period': String(rates.burst_s),
  });
  expect(limits).toMatchObject([of(rates.service), of(rates.anonymous), of(rates.shopper)]);
  const jwt = elements.find(({ name }) => name === 'validate-jwt')?.attributes;
  expect(jwt).toMatchObject({
    'clock-skew': String(clockSkew_s),
    'require-signed-tokens': 'true',
    'require-expiration-time': 'true',
  });
  expect(elements.find(({ name }) => name === 'forward-request')?.attributes['timeout']).toBe('30');
  expect(defaultHttp.origins).toEqual([]);
});

test('a kept list is apart by who asks, and by all that is asked for', async () => {
  const { paths } = await readDescription();
  const elements = all(await policyOf('everybodys-lists'));
  const lookup = elements.find(({ name }) => name === 'cache-lookup');
  expect(lookup?.attributes).toMatchObject({ 'downstream-caching-type': 'none' });
  const text = await readPolicy('everybodys-lists');
  expect(text).toContain('<vary-by-header>Authorization</vary-by-header>');
  const [, varied = ''] = /<vary-by-query-parameter>(.*)<\/vary-by-query-parameter>/.exec(text) ?? [];
  for (const path of kept) {
    const { parameters }: { parameters?: { name: string; in: string }[] } = paths[path]?.['get'] ?? {};
    const asked = (parameters ?? []).filter(parameter => parameter.in === 'query').map(({ name }) => name);
    expect(asked.toSorted()).toEqual(varied.split(';').toSorted());
  }
});

test('every route of the description is published once, or withheld by name', async () => {
  const description = await readDescription();
  const published = versions.flatMap(version =>
    Object.keys(ofVersion(description, version).paths).map(path => `/${version}${path}`),
  );
  expect([...published, ...withheld].sort()).toEqual(Object.keys(description.paths).sort());
  const { resources } = await template();
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => operationOf(method, path)),
  );
  expect(new Set(operations).size).toBe(operations.length);
  const names = resources.map(({ type, name }) => `${type} ${name}`);
  expect(new Set(names).size).toBe(names.length);
});

test('the template names what it depends on, and every value that the policies name', async () => {
  const { resources, parameters } = await template();
  const ids = resources.map(({ type, name }) => {
    const [, path = ''] = /'\/(.*)'\)\]$/.exec(name) ?? [];
    return `[resourceId('${type}', parameters('service'), '${path}')]`;
  });
  for (const { dependsOn } of resources) for (const id of dependsOn) expect(ids).toContain(id);
  const text = JSON.stringify(resources);
  for (const [, value = ''] of text.matchAll(/\{\{([\w-]+)\}\}/g)) expect(text).toContain(`"displayName":"${value}"`);
  for (const [, parameter = ''] of text.matchAll(/parameters\('(\w+)'\)/g))
    expect(Object.keys(parameters)).toContain(parameter);
});
