/** Every drill once, on the adapters of a laptop, as `npm run drill` does it. */
import { expect, test } from 'vitest';
import { drills } from './drills.ts';
import { embedded } from './equipment.ts';
import { runDrill } from './run-drill.ts';

test.for(drills.map(drill => [drill.name, drill] as const))('%s', async ([, drill], { signal }) => {
  const told: string[] = [];
  const { failure, steps } = await runDrill(drill, {
    choice: embedded,
    keep: false,
    tell: line => told.push(line),
    signal,
  });
  if (failure !== undefined) throw new Error(`${failure}\n${told.join('\n')}`);
  expect(new Set(steps.map(({ phase }) => phase))).toEqual(new Set(['prepare', 'damage', 'recover', 'check']));
});
