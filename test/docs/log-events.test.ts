/** Events that the pages name are those that processes say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events } from '../../src/operations/logging/events.ts';

const docs = join(import.meta.dirname, '../../docs');
const names = new Set<string>(Object.values(events).map(({ event }) => event));
/** First words of events that nothing else is named by, neither a setting nor a file. */
const first = 'api|dependency|engine|group|process|record|request|task';

test('each event has a name of its own', () => {
  expect(names.size).toBe(Object.keys(events).length);
  for (const name of names) expect(name).toMatch(/^[a-z]+\.[a-z]+(?:-[a-z]+)*$/);
});

test.for(['OPERATIONS.md', 'RUNBOOKS.md'])('%s names no event that there is not', page => {
  const named = readFileSync(join(docs, page), 'utf8').matchAll(new RegExp(`\`((?:${first})\\.[a-z-]+)\``, 'g'));
  expect([...named].map(([, name]) => name).filter(name => !names.has(name ?? ''))).toEqual([]);
});
