/** The gateway's policies and template: what can be said of them without Azure. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { importable, longestOperation, operationOf } from '../../deploy/apim/importable.ts';
import {
  kept,
  policies,
  readDescription,
  readPolicy,
  streamsOf,
  template,
  versions,
  withheld,
} from '../../deploy/apim/template.ts';
import { root } from '../../scripts/results.ts';
import { configure } from '../../src/app/configure.ts';
import { RateLimited } from '../../src/recommender/api/auth/rate-limited.ts';
import { drawKey } from '../../src/recommender/api/auth/api-keys.ts';
import { CredentialsInvalid, CredentialsMissing } from '../../src/recommender/api/auth/caller.ts';
import { corsRules, defaultHttp } from '../../src/recommender/api/http.ts';
import { problemFor } from '../../src/recommender/api/problem.ts';
import { longestWait_ms } from '../../src/recommender/api/waiting.ts';
import { all, type Element, sections, unknownIn } from '../support/apim-policies.ts';

const folder = join(root, 'deploy/apim/policies');

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
    const own = entry[name];
    const text = Array.isArray(own) ? own.map(textOf).join('').trim() : '';
    return [{ name, attributes: Object.fromEntries(attributes), children: elementsOf(own), text }];
  });
}

const textOf = (entry: Record<string, unknown>): string => ('#text' in entry ? String(entry['#text']) : '');

type Name = (typeof policies)[number];

async function policyOf(name: Name): Promise<Element> {
  const [policy] = elementsOf(parser.parse(await readPolicy(name)));
  if (policy === undefined) throw new Error('There is a policy');
  return policy;
}

test('every policy is XML, in the four sections, of elements, attributes and values that the reference knows', async () => {
  const files = await readdir(folder);
  expect(files.sort()).toEqual(policies.map(name => `${name}.xml`).sort());
  // oxlint-disable-next-line typescript/no-deprecated -- what replaces it is a further package, for one line
  for (const file of files) expect(parser.parse(await readFile(join(folder, file), 'utf8'), true)).not.toEqual([]);
  for (const name of policies) {
    const policy = await policyOf(name);
    expect(policy.name).toBe('policies');
    expect(policy.children.map(section => section.name)).toEqual(sections);
    expect(policy.children.flatMap(unknownIn)).toEqual([]);
  }
});

test('the reference of the test refuses what is not in it', () => {
  const element = (name: string, attributes = {}, children: Element[] = [], text = ''): Element => ({
    name,
    attributes,
    children,
    text,
  });
  const inbound = (child: Element): readonly string[] => unknownIn(element('inbound', {}, [child]));
  expect(inbound(element('no-such'))).toHaveLength(1);
  expect(inbound(element('cache-store', { duration: '5' }))).toEqual(['inbound > cache-store may not stand there']);
  expect(inbound(element('cors', { 'allow-credentials': 'yes' }))).toHaveLength(1);
  expect(
    inbound(element('rate-limit-by-key', { calls: '5', 'renewal-period': '301', 'counter-key': '@(1)' })),
  ).toHaveLength(1);
  expect(inbound(element('choose', {}, [element('otherwise', {}, [element('forward-request')])]))).toHaveLength(1);
  const issuers = element('issuers', {}, [element('issuer', {}, [], 'us')]);
  const audiences = element('audiences', {}, [element('audience', {}, [], 'us')]);
  expect(inbound(element('validate-jwt', { 'header-name': 'a' }, [issuers, audiences]))).toHaveLength(1);
});

test('no expression cuts out of a text that may be shorter, and no two limits count together', async () => {
  const limits = all(await policyOf('api')).filter(({ name }) => name === 'rate-limit-by-key');
  const keys = limits.map(({ attributes }) => /^@\("(\w+) " \+ /.exec(attributes['counter-key'] ?? '')?.[1]);
  expect(keys).toEqual(['key', 'address', 'role', 'shopper']);
  const text = await readPolicy('api');
  const [, shape = ''] = /&quot;(\^Bearer mrk_.*?\$)&quot;/.exec(text) ?? [];
  const { text: key } = drawKey({ name: 'shop', tenant: '', createdAt: '2026-01-01T00:00:00.000Z', role: 'service' });
  const isKey = (shown: string): boolean => new RegExp(shape).test(shown);
  expect(isKey(`Bearer ${key}`)).toBe(true);
  for (const wrong of ['Bearer mrk_', 'Bearer mrk_x', `Bearer ${key}x`, `Basic ${key}`])
    expect(isKey(wrong)).toBe(false);
  expect(text).toContain('.Substring(11, 12)');
  expect(key.slice(11 - 'Bearer '.length, 11 - 'Bearer '.length + 12)).toBe(key.split('_')[1]);
});

test('what the gateway refuses is a problem like those of the servers', async () => {
  const [, , , onError] = (await policyOf('api')).children;
  const bodies = all(onError ?? (await policyOf('api'))).filter(({ name }) => name === 'set-body');
  const told = bodies.map(({ text }) => z.looseObject({ status: z.int(), code: z.string() }).parse(JSON.parse(text)));
  expect(told.map(({ code }) => code)).toEqual(['CREDENTIALS_MISSING', 'CREDENTIALS_INVALID', 'RATE_LIMITED']);
  const missing = new CredentialsMissing();
  const invalid = new CredentialsInvalid();
  expect(told.slice(0, 2)).toEqual([missing, invalid].map(problemFor));
  expect(told[2]).toEqual({ ...problemFor(new RateLimited(1_000)), detail: told[2]?.['detail'] });
});

test('pages of other sites may send and read by the gateway what they may by the servers', async () => {
  const elements = all(await policyOf('api'));
  const named = (list: string, each: string): string[] =>
    all(elements.find(({ name }) => name === list) ?? { name: '', attributes: {}, children: [], text: '' })
      .filter(({ name }) => name === each)
      .map(({ text }) => text);
  expect(named('allowed-methods', 'method')).toEqual(corsRules.methods);
  expect(named('allowed-headers', 'header')).toEqual(corsRules.allowedHeaders);
  expect(named('expose-headers', 'header')).toEqual(corsRules.exposedHeaders);
});

test('a stream of events is not held back, and never kept', async () => {
  const elements = all(await policyOf('events'));
  const forward = elements.find(({ name }) => name === 'forward-request');
  expect(forward?.attributes['buffer-response']).toBe('false');
  expect(elements.filter(({ name }) => name.startsWith('cache-'))).toEqual([]);
  const streams = streamsOf(await readDescription());
  expect(streams.toSorted()).toEqual(['/v2/live', '/v2/users/{id}/recommendations/live']);
  const { resources } = await template();
  for (const path of streams) expect(JSON.stringify(resources)).toContain(`${operationOf('get', path)}/policy`);
});

test('what API Management does not take is not in what it imports', async () => {
  const described = await readDescription();
  expect(described.openapi).toMatch(/^3\.1\./);
  for (const version of versions) {
    const { paths, components, ...rest } = importable(described, version);
    const text = JSON.stringify({ paths, components, ...rest });
    expect(Buffer.byteLength(text)).toBeLessThan(4 * 1_024 * 1_024);
    expect(Object.keys(components)).toEqual(['schemas']);
    expect(new Set([...text.matchAll(/"\$ref":"([^"]*\/)/g)].map(([, to]) => to))).toEqual(
      new Set(['#/components/schemas/']),
    );
    for (const unsupported of ['externalDocs', 'callbacks', 'servers', 'security', 'explode', 'allowEmptyValue'])
      expect(text).not.toContain(`"${unsupported}":`);
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { operationId, summary, parameters }] of Object.entries(methods)) {
        expect(operationId).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(String(operationId).length).toBeLessThanOrEqual(longestOperation);
        expect([method, path, String(summary).length <= 300]).toEqual([method, path, true]);
        const asked = z.array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() }));
        const inUrl = asked
          .parse(parameters ?? [])
          .filter(one => one.in === 'path' || (one.in === 'query' && one.required === true));
        expect(new Set(inUrl.map(one => one.name)).size).toBe(inUrl.length);
      }
    }
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
  expect(limits).toMatchObject([of(rates.service), of(rates.anonymous), of(rates.service), of(rates.shopper)]);
  expect(30_000).toBeGreaterThan(longestWait_ms);
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
    Object.keys(importable(description, version).paths).map(path => `/${version}${path}`),
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
