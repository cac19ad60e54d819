/** The infrastructure code: what can be said of it without Azure and without its compiler, neither of which was asked. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { template } from '../../deploy/apim/template.ts';
import { definitions } from '../../deploy/bicep/definitions.ts';
import { type BicepFile, parseBicep, parserOf, readBicep } from '../../deploy/bicep/reader.ts';
import { root } from '../../scripts/results.ts';
import { againstReferences, betweenFiles, namesWithin, neighbours } from '../support/bicep/judge.ts';
import { ruleNames } from '../support/bicep/names.ts';

const folder = join(root, 'deploy/bicep');

async function files(): Promise<ReadonlyMap<string, BicepFile>> {
  const all = new Map<string, BicepFile>();
  for await (const path of glob('**/*.bicep', { cwd: folder }))
    all.set(join(folder, path), await readBicep(join(folder, path)));
  return all;
}

const judged = async (judge: (file: BicepFile, all: ReadonlyMap<string, BicepFile>) => string[]): Promise<string[]> => {
  const all = await files();
  expect(all.size).toBeGreaterThan(9);
  return [...all.values()].flatMap(file => judge(file, all));
};

test('every file is Bicep, and every one is reached from main.bicep', async () => {
  const all = await files();
  const reached = new Set([join(folder, 'main.bicep')]);
  for (const path of reached)
    for (const other of neighbours(all.get(path) ?? (await readBicep(path)))) reached.add(other);
  expect([...all.keys()].sort()).toEqual([...reached].sort());
});

test('a file that is no Bicep is refused with its line', async () => {
  const broken = "param name string\n\nresource a 'x/y@2024-01-01' = {\n  name: \n  'b\n}\n";
  const parser = await parserOf();
  expect(() => parseBicep(broken, 'broken.bicep', parser)).toThrow(/broken\.bicep:\d cannot be read/);
});

test('every name that is used is declared, and every one that is declared is used', async () => {
  expect(await judged(namesWithin)).toEqual([]);
});

test('modules are given what they ask for and nothing else, and have the outputs that are read', async () => {
  expect(await judged(betweenFiles)).toEqual([]);
});

test("Microsoft's modules and resources are pinned, and given names that its references know", async () => {
  expect(await judged(againstReferences)).toEqual([]);
});

test('the gateway is given the parameters of the template of deploy/apim', async () => {
  const gateway = await readBicep(join(folder, 'modules/gateway.bicep'));
  const api = gateway.declarations.find(({ of }) => of === '../api.json')?.value;
  const params = api?.kind === 'object' ? api.properties.get('params') : undefined;
  const { parameters } = await template();
  expect(params?.kind === 'object' ? [...params.properties.keys()].sort() : []).toEqual(Object.keys(parameters).sort());
});

test('topics, containers, index policies and alerts are those of the program', async () => {
  const kept: unknown = JSON.parse(await readFile(join(folder, 'definitions.json'), 'utf8'));
  const made = await definitions();
  expect(kept).toEqual(JSON.parse(JSON.stringify(made)));
  for (const rule of made.alerts.flatMap(({ rules }) => rules))
    expect(Object.keys(rule).sort()).toEqual([...ruleNames].sort());
});
