/** How an application's module receives what is configured. */
import { expect, test } from 'vitest';
import { topologiesOf } from '../../src/app/application.ts';
import { applicationSettings } from '../../src/app/config.ts';
import { configure } from '../../src/app/configure.ts';

const { config } = configure({ environment: { MILLRACE_LISTS_CANDIDATES: '7' } });
const settings = applicationSettings(config);
const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

test('a module that exports `topologiesWith` is called with the settings, whatever else it exports', async () => {
  const code =
    'export const topologies = [];\nexport const topologiesWith = ({ lists }) => [{ name: String(lists.candidates), build: () => {} }];';
  expect(await topologiesOf(moduleOf(code), settings)).toMatchObject([{ name: '7' }]);
});

test('a module that exports `topologies` alone is taken as it is', async () => {
  expect(
    await topologiesOf(moduleOf("export const topologies = [{ name: 'mine', build: () => {} }];"), settings),
  ).toMatchObject([{ name: 'mine' }]);
});

test('a module that exports neither is refused, and told what to export', async () => {
  const refused = topologiesOf(moduleOf('export const topology = [];'), settings);
  await expect(refused).rejects.toThrow(/does not export 'topologies'.*topologiesWith/);
});
