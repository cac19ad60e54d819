import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { expect, test } from 'vitest';
import { askOn } from '../../src/cli/ask.ts';

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => (shown += text));
  return { input, ask: askOn(createInterface({ input, output })), shown: () => shown };
}

test('an answer is taken without its blanks, an empty one is what was suggested', async () => {
  const { input, ask, shown } = terminal();
  await using _ = ask;
  const first = ask.text('Folder', 'mine');
  input.write('  other \n');
  expect(await first).toBe('other');
  const second = ask.text('Folder', 'mine');
  input.write('\n');
  expect(await second).toBe('mine');
  expect(shown()).toBe('Folder (mine): Folder (mine): ');
});

test.for([
  ['', true],
  ['y', true],
  ['No', false],
  ['n', false],
] as const)("'%s' is yes: %s", async ([answer, expected]) => {
  const { input, ask } = terminal();
  await using _ = ask;
  const asked = ask.yes('Install?');
  input.write(`${answer}\n`);
  expect(await asked).toBe(expected);
});

test('whoever goes away instead of answering has misused the command', async () => {
  const { input, ask } = terminal();
  await using _ = ask;
  const asked = ask.text('Folder', 'mine');
  input.end();
  await expect(asked).rejects.toThrow("'Folder (mine):' was not answered");
});
