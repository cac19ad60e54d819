/** What `millrace size` takes, and what it says to numbers that no shop has. */
import { expect, test, vi } from 'vitest';
import { failed } from '../../src/cli/errors.ts';
import { programOf } from '../../src/cli/program.ts';

const sized = (...given: readonly string[]): Promise<unknown> =>
  programOf().parseAsync(['node', 'millrace', 'size', ...given]);

test.each([
  ['--users', '0', 'Give a number of 1 to 1e12, such as 500 or 1e6.'],
  ['--users', 'many', 'Give a number of 1 to 1e12, such as 500 or 1e6.'],
  ['--items', '0.5', 'Give a number of 1 to 1e12, such as 500 or 1e6.'],
  ['--ratings', '1e13', 'Give a number of 0 to 1e12, such as 500 or 1e6.'],
  ['--retention-days', '-1', 'Give a number of 0 to 1e12, such as 500 or 1e6.'],
  ['--requests-per-second', '', 'Give a number of 0 to 1e12, such as 500 or 1e6.'],
  ['--tenants', '0', 'Give a whole number of 1 to 1000000.'],
  ['--factors', '129', 'Give a whole number of 1 to 128.'],
  ['--every-versions', '1.5', 'Give a whole number of 1 to 1000000.'],
])('a number that no shop has is a misuse, which says what to give instead: %s %s', async (flag, value, remedy) => {
  const failure = failed(await sized(flag, value).catch((error: unknown) => error));
  expect(failure).toMatchObject({ code: 'MISUSE', exitCode: 2 });
  expect(failure?.message).toContain(`'${flag} <n>' argument '${value}' is invalid. ${remedy}`);
});

test('a shop with as little as there can be has a size', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const least = ['--users', '1', '--items', '1', '--ratings', '0', '--ratings-per-second', '0', '--factors', '1'];
  await sized(...least, '--requests-per-second', '0', '--retention-days', '0', '--users', '1_000,000', '--json');
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
  write.mockRestore();
  expect(JSON.parse(text)).toMatchObject({ figures: expect.any(Array) });
  expect(text).not.toContain('null');
});
