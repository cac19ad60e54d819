import { filter, map, type Observable, share } from 'rxjs';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { TaskObservable } from './guard.ts';

/** Which values take a way, by its name: the first that says yes. A type guard narrows the way's type. */
export type Ways<T> = Readonly<Record<string, (value: T) => boolean>>;

/** The values of each way, and `otherwise` those that take none: without its subscriber such a value fails. */
export type Branches<T, W extends Ways<T>> = {
  readonly [N in keyof W]: Observable<Guarded<W[N], T, T>>;
} & { readonly otherwise: Observable<Exclude<T, GuardedByAny<W, T>>> };

type Guarded<P, T, Else> = P extends ((value: T) => value is infer U extends T) ? U : Else;
type GuardedByAny<W, T> = { [N in keyof W]: Guarded<W[N], T, never> }[keyof W];

/** Every value goes one way; see `Task.branch`. */
export function branch<T, W extends Ways<T>>(build: Build, source: Observable<T>, ways: W): Branches<T, W> {
  const names = Object.keys(ways);
  if (names.length === 0 || names.includes(otherwise)) {
    throw new BuildError(
      `A branch has ${names.length === 0 ? 'no ways' : `a way that is called '${otherwise}'`}`,
      `Name one way or more; what takes none of them goes '${otherwise}'`,
    );
  }
  const taken = new Set<string>();
  const wayOf = (value: T): string => {
    const way = names.find(name => ways[name]?.(value) === true);
    if (way !== undefined) return way;
    if (taken.has(otherwise)) return otherwise;
    throw new Error(`none of the ways ${names.join(', ')} takes the value`);
  };
  const onTheWay = source.pipe(
    map(value => ({ value, way: wayOf(value) })),
    share(),
  );
  const valuesOf = (name: string): Observable<T> =>
    new TaskObservable<T>(build.trail, subscriber => {
      taken.add(name);
      return onTheWay
        .pipe(
          filter(({ way }) => way === name),
          map(({ value }) => value),
        )
        .subscribe(subscriber);
    });
  build.whenWired(() => {
    const lost = names.find(name => !taken.has(name));
    if (lost === undefined) return;
    throw new BuildError(
      `Topology '${build.task.topology}': the way '${lost}' of a branch leads nowhere`,
      'Subscribe a sink to each way, or filter out before the branch what nobody wants',
    );
  });
  const branches = Object.fromEntries([...names, otherwise].map(name => [name, valuesOf(name)]));
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the guards told which values take which way
  return branches as unknown as Branches<T, W>;
}

const otherwise = 'otherwise';
