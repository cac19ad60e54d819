import { beforeAll, describe, expect, test } from 'vitest';
import { type Finding, lint } from './project.ts';

const good = `
import { filter, map, mergeMap, of, share, EMPTY, type Observable, type Observer } from 'rxjs';

type Rating = { readonly itemId: string; readonly stars: number; readonly at: number };
type Task = { read(): Observable<Rating>; write(): Observer<string> };

const titles = new Map([['heat', 'Heat']]);

export function trends(task: Task): void {
  const ratings = task.read().pipe(filter(rating => rating.stars > 3), share());
  ratings.pipe(
    mergeMap(rating => (rating.at > 0 ? of(rating, rating) : EMPTY)),
    mergeMap(rating => [rating]),
    map(rating => \`\${titles.get(rating.itemId)} \${new Date(rating.at).toISOString()} \${Math.floor(rating.stars)}\`),
  ).subscribe(task.write());
  const sink = task.write();
  ratings.pipe(map(rating => { let text = rating.itemId; text += '!'; return text; })).subscribe(sink);
}
`;

const using = (name: string): string => `import { ${name} } from 'rxjs';\nexport const used = ${name};\n`;
const source = `import { of } from 'rxjs';\nconst ratings = of(1, 2);\n`;

/** Each line of the table: the rule, the code that it must refuse, and what its message must point to. */
const refused: readonly (readonly [rule: string, code: string, says: string])[] = [
  ['stateless-operators', using('retry'), 'dead letter'],
  ['stateless-operators', using('catchError'), 'dead letter'],
  ['stateless-operators', using('onErrorResumeNext'), 'dead letter'],
  ['stateless-operators', using('take'), 'filter'],
  ['stateless-operators', using('takeUntil'), 'filter'],
  ['stateless-operators', using('first'), 'filter'],
  ['stateless-operators', using('switchMap'), 'filter'],
  ['stateless-operators', using('scan'), 'keyed'],
  ['stateless-operators', using('distinctUntilChanged'), 'keyed'],
  ['stateless-operators', using('groupBy'), 'keyed'],
  ['stateless-operators', using('windowTime'), 'windowed'],
  ['stateless-operators', using('bufferTime'), 'batched'],
  ['stateless-operators', using('debounceTime'), 'timer'],
  ['stateless-operators', using('delay'), 'timer'],
  ['stateless-operators', using('interval'), 'timer'],
  ['stateless-operators', using('combineLatest'), 'table'],
  ['stateless-operators', using('observeOn'), 'mapAsync'],
  ['stateless-operators', using('shareReplay'), 'share()'],
  ['stateless-operators', using('Subject'), 'task.read'],
  ['stateless-operators', using('tap'), 'task.write'],
  ['stateless-operators', using('config'), 'operator of the engine'],
  ['stateless-operators', `import { scan as map } from 'rxjs/operators';\nexport const used = map;\n`, 'keyed'],
  ['stateless-operators', `import * as rx from 'rxjs';\nexport const used = rx.retry;\n`, 'by name'],
  ['stateless-operators', `export const used = import('rxjs');\n`, 'statically'],
  ['stateless-operators', `export { retry } from 'rxjs';\n`, 'imports it'],
  ['stateless-operators', `export * from 'rxjs';\n`, 'imports it'],
  ['stateless-operators', `import { share } from 'rxjs';\nexport const used = share({});\n`, 'share()'],
  [
    'stateless-operators',
    `import { mergeMap } from 'rxjs';\nexport const used = mergeMap(async (n: number) => [await Promise.resolve(n)]);\n`,
    'epoch',
  ],
  ['no-ambient', `export const used = Date.now();\n`, 'event time'],
  ['no-ambient', `export const used = new Date();\n`, 'event time'],
  ['no-ambient', `const { now } = Date;\nexport const used = now;\n`, 'event time'],
  ['no-ambient', `export const used = performance.now();\n`, 'event time'],
  ['no-ambient', `export const used = Math.random();\n`, 'seed'],
  ['no-ambient', `const { random } = Math;\nexport const used = random;\n`, 'seed'],
  ['no-ambient', `export const used = crypto.randomUUID();\n`, 'seed'],
  ['no-ambient', `setTimeout(() => undefined, 1);\n`, 'timers'],
  ['no-ambient', `setInterval(() => undefined, 1);\n`, 'timers'],
  ['no-ambient', `export const used = process.hrtime();\n`, 'parameter'],
  ['no-ambient', `export const used = globalThis.Date.now();\n`, 'parameter'],
  ['no-bare-subscriber', `${source}ratings.subscribe();\n`, 'task.write'],
  ['no-bare-subscriber', `${source}ratings.subscribe(() => undefined);\n`, 'task.write'],
  ['no-bare-subscriber', `${source}ratings.subscribe({ next: () => undefined });\n`, 'task.write'],
  ['no-bare-subscriber', `${source}const sink = { next: () => undefined };\nratings.subscribe(sink);\n`, 'task.write'],
  ['no-bare-subscriber', `${source}function sink(): void {}\nratings.subscribe(sink);\n`, 'task.write'],
  ['no-hidden-state', `let count = 0;\nexport const counted = (): number => (count += 1);\n`, 'keyed'],
  ['no-hidden-state', `const seen = new Set<string>();\nexport const see = (id: string) => seen.add(id);\n`, 'keyed'],
  [
    'no-hidden-state',
    `const seen: Record<string, number> = {};\nexport const see = (id: string) => { seen[id] = 1; };\n`,
    'keyed',
  ],
];

const fileOf = (index: number): string => `topologies/refused-${index}.ts`;

let found: Map<string, Finding[]>;
beforeAll(async () => {
  const files = refused.map(([, code], index) => [fileOf(index), code] as const);
  const elsewhere = {
    'src/app/elsewhere.ts': refused[0]?.[1] ?? '',
    'examples/good.ts': good,
    'topologies/good.ts': good,
  };
  found = await lint({ ...Object.fromEntries(files), ...elsewhere, 'examples/bad.ts': using('scan') });
});

describe('a topology may not hide loss, state or clocks from the engine', () => {
  test.for(refused.map((row, index) => [...row, index] as const))('%s refuses %j', ([rule, , says, index]) => {
    const findings = (found.get(fileOf(index)) ?? []).filter(finding => finding.rule === `millrace/${rule}`);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain(says);
  });

  test('the examples keep the same rules', () => {
    expect(found.get('examples/bad.ts')?.map(({ rule }) => rule)).toEqual(['millrace/stateless-operators']);
  });

  test('a good topology passes every rule of the repository', () => {
    expect(found.get('topologies/good.ts') ?? []).toEqual([]);
    expect(found.get('examples/good.ts') ?? []).toEqual([]);
  });

  test('the rules for topologies leave other code alone', () => {
    expect(found.get('src/app/elsewhere.ts') ?? []).toEqual([]);
  });
});
