// The API in Azure API Management, as a template for Azure Resource Manager: node deploy/apim/template.ts > apim.json
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Description, descriptionIn, importable, operationOf } from './importable.ts';

const root = join(import.meta.dirname, '../..');
const apiVersion = '2024-05-01';
export const versions = ['v1', 'v2'] as const;

/** Asked by who looks after the servers, past the gateway: probes, metrics, and what describes the servers themselves. */
export const withheld = ['/healthz/startup', '/healthz/live', '/healthz/ready', '/metrics', '/openapi.json'] as const;

/** The same for all of a tenant, and kept for a moment. */
export const kept = ['/v2/popular', '/v2/trending'] as const;

export const readDescription = async (): Promise<Description> =>
  descriptionIn(await readFile(join(root, 'src/recommender/api/client/openapi.json'), 'utf8'));

export const policies = ['api', 'everybodys-lists', 'events'] as const;

export const readPolicy = (name: (typeof policies)[number]): Promise<string> =>
  readFile(join(import.meta.dirname, `policies/${name}.xml`), 'utf8');

/** Operations that answer with events, for ever. */
export const streamsOf = ({ paths }: Description): readonly string[] =>
  Object.entries(paths)
    .filter(([, { get }]) => JSON.stringify(get?.['responses'] ?? {}).includes('"text/event-stream"'))
    .map(([path]) => path);

export async function template() {
  const described = await readDescription();
  const [api, lists, events] = await Promise.all(policies.map(readPolicy));
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: {
      service: { type: 'string', metadata: { description: 'Name of the API Management service.' } },
      backend: { type: 'string', metadata: { description: 'Where the servers are, https://HOST.' } },
      issuer: { type: 'string', metadata: { description: 'auth.issuer of the servers.' } },
      roleClaim: {
        type: 'string',
        defaultValue: 'roles',
        metadata: { description: 'auth.claims.role of the servers.' },
      },
      audience: { type: 'string', metadata: { description: 'auth.audience of the servers.' } },
      shopOrigin: {
        type: 'string',
        metadata: { description: 'Origin of the pages that may ask: one of http.origins.' },
      },
    },
    resources: [
      ...Object.entries(values).map(([name, parameter]) =>
        resource('namedValues', name, { displayName: name, value: `[parameters('${parameter}')]` }),
      ),
      resource('apiVersionSets', 'millrace', { displayName: 'Millrace', versioningScheme: 'Segment' }),
      ...versions.map(version => apiOf(described, version)),
      ...versions.map(version =>
        resource('apis/policies', `millrace-${version}/policy`, { format: 'xml', value: api }, [
          idOf('apis', `millrace-${version}`),
          ...Object.keys(values).map(name => idOf('namedValues', name)),
        ]),
      ),
      ...kept.map(path => policyOf(path, lists)),
      ...streamsOf(described).map(path => policyOf(path, events)),
    ],
  };
}

/** What the policies name in double braces, and the parameter that says it. */
const values = {
  'millrace-issuer': 'issuer',
  'millrace-audience': 'audience',
  'millrace-role-claim': 'roleClaim',
  'millrace-shop-origin': 'shopOrigin',
} as const;

const policyOf = (path: string, value: string | undefined) =>
  resource('apis/operations/policies', `millrace-v2/${operationOf('get', path)}/policy`, { format: 'xml', value }, [
    idOf('apis', 'millrace-v2'),
  ]);

const apiOf = (described: Description, version: string) =>
  resource(
    'apis',
    `millrace-${version}`,
    {
      displayName: `Millrace ${version}`,
      path: 'millrace',
      apiVersion: version,
      apiVersionSetId: `[${inner('apiVersionSets', 'millrace')}]`,
      protocols: ['https'],
      subscriptionRequired: false,
      serviceUrl: `[concat(parameters('backend'), '/${version}')]`,
      format: 'openapi+json',
      value: JSON.stringify(importable(described, version)),
    },
    [idOf('apiVersionSets', 'millrace')],
  );

function resource(type: string, name: string, properties: object, dependsOn: readonly string[] = []) {
  return {
    type: `Microsoft.ApiManagement/service/${type}`,
    apiVersion,
    name: `[concat(parameters('service'), '/${name}')]`,
    properties,
    dependsOn,
  };
}

const inner = (type: string, name: string): string =>
  `resourceId('Microsoft.ApiManagement/service/${type}', parameters('service'), '${name}')`;
const idOf = (type: string, name: string): string => `[${inner(type, name)}]`;

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await template(), null, 2)}\n`);
