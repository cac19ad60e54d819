/**
 * The description as API Management imports it: of OpenAPI 3.1 it takes schemas as components and nothing else, and
 * ignores who may ask. https://learn.microsoft.com/azure/api-management/api-management-api-import-restrictions
 */
import { z } from 'zod';

const description = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
  components: z.looseObject({
    schemas: z.record(z.string(), z.unknown()),
    responses: z.record(z.string(), z.unknown()),
  }),
});

export type Description = z.infer<typeof description>;

export const descriptionIn = (text: string): Description => description.parse(JSON.parse(text));

/** As a name of a resource that policies are attached by: what is imported is called so only where it is this already. */
export const longestOperation = 76;

/** Unique among all operations, and the same each time. */
export const operationOf = (method: string, path: string): string =>
  [method, ...path.split('/')]
    .map(part => part.replaceAll(/[{}]/g, '').toLowerCase())
    .filter(part => part !== '')
    .join('-')
    .replaceAll(/[^a-z0-9]+/g, '-');

const responses = '#/components/responses/';

/** The part of the description that is of one version, its paths without it. */
export function importable({ paths: every, components, ...rest }: Description, version: string) {
  const own = Object.entries(every).filter(([path]) => path.startsWith(`/${version}/`));
  const paths: Description['paths'] = {};
  for (const [path, methods] of own)
    paths[path.slice(version.length + 1)] = Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [
        method,
        {
          ...without(operation, 'security'),
          operationId: operationOf(method, path),
          responses: inlined(operation['responses'], components),
        },
      ]),
    );
  return { ...rest, paths, components: { schemas: components.schemas } };
}

const without = (of: object, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(of).filter(([own]) => own !== name));

/** Each response in place of the reference to it. */
function inlined(of: unknown, components: Description['components']): Record<string, unknown> {
  const said = z.record(z.string(), z.looseObject({ $ref: z.string().optional() })).parse(of);
  return Object.fromEntries(
    Object.entries(said).map(([status, response]) => {
      const { $ref } = response;
      if ($ref === undefined) return [status, response];
      const named = components.responses[$ref.slice(responses.length)];
      if (named === undefined) throw new Error(`The description has no ${$ref}`);
      return [status, named];
    }),
  );
}
