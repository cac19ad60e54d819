/** Lines of a process whose standard error is a pipe that nobody hurries to read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished, expect, test } from 'vitest';
import { z } from 'zod';

const program = fileURLToPath(new URL('../support/talkative.ts', import.meta.url));
const Line = z.looseObject({ event: z.string(), requestId: z.string().optional(), count: z.number().optional() });

/** Says so many lines while nobody reads; then reads, lets it crash, and answers all that it said. */
async function crashed(lines: number, buffer_bytes: number) {
  const env = {
    ...process.env,
    MILLRACE_LOGGING_BUFFER_BYTES: String(buffer_bytes),
    MILLRACE_LOGGING_LIMIT_WINDOW_S: '1',
  };
  const child = spawn(process.execPath, [program, String(lines)], { env, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  // Nothing listens to its standard error yet, so the pipe fills up; it has to come on nevertheless.
  const [turns] = z.tuple([z.instanceof(Buffer)]).parse(await once(child.stdout, 'data'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.write('go on\n');
  const [code] = z.tuple([z.number().nullable(), z.unknown()]).parse(await once(child, 'close'));
  const told = said
    .split('\n')
    .slice(0, -1)
    .map(line => Line.parse(JSON.parse(line)));
  return { code, turns: String(turns), told, said };
}

test('whoever talks is not held up by a reader who does not read, and a crash loses nothing that there was room for', async () => {
  const { code, turns, told, said } = await crashed(5_000, 4 << 20);
  expect([code, turns]).toEqual([1, '50 turns\n']);
  const requests = told.flatMap(({ requestId }) => requestId ?? []);
  expect(requests).toEqual(Array.from({ length: 5_000 }, (_, n) => `request-${n}`));
  expect(told.at(-1)).toMatchObject({ event: 'process.crashed', error: { name: 'Error' } });
  expect(said).not.toContain('hunter2');
});

test.each([
  [
    'unforeseen',
    'UNEXPECTED',
    'The process ended by an error that nobody foresaw: nobody foresaw ***. The line before says where',
  ],
  ['repeated', 'OURS', 'The end failed: nobody foresaw ***. Mend it'],
  ['ours', 'OURS', 'There is no folder /somebody. Make it'],
] as const)(
  'the last line of a process quotes no record where lines are collected (%s)',
  async (kind, code, message) => {
    const ended = async (more: Readonly<Record<string, string>>) => {
      const env = { ...process.env, MILLRACE_DATA: '/somebody', ...more };
      const child = spawn(process.execPath, [program, '0', kind], { env, stdio: 'pipe' });
      onTestFinished(() => void child.kill('SIGKILL'));
      const [said, [exitCode]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
      return { exitCode: z.number().parse(exitCode), said, last: said.trimEnd().split('\n').at(-1) };
    };
    const collected = await ended({});
    expect(collected).toMatchObject({ exitCode: 1, last: `millrace: ${code}: ${message}` });
    expect(collected.said.includes('/somebody')).toBe(kind === 'ours');
    for (const more of [{ MILLRACE_LOGGING_FORMAT: 'text' }, { MILLRACE_LOGGING_USER_IDS: 'plain' }])
      expect((await ended(more)).last).toContain('/somebody');
  },
);

test('what there was no room for is counted, and said', async () => {
  const { code, told } = await crashed(20_000, 8_192);
  expect(code).toBe(1);
  const requests = told.filter(({ event }) => event === 'request.done').length;
  const dropped = told.filter(({ event }) => event === 'log.dropped').reduce((sum, { count = 0 }) => sum + count, 0);
  expect(requests).toBeLessThan(20_000);
  // What could not be told of it at once is one more line that was dropped.
  expect(requests + dropped).toBeGreaterThanOrEqual(20_000);
  expect(requests + dropped).toBeLessThan(20_100);
});
