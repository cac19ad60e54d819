import { type Observable, type ObservedValueOf, merge as mergeValues } from 'rxjs';
import type { Build } from '../build.ts';
import { TaskObservable } from './guard.ts';

/**
 * The values of several pipes as they come, which is the order of the plan; see `Task.merge`. RxJS's own `merge` answers
 * an observable that hides where its values come from.
 */
export const merge = <S extends readonly Observable<unknown>[]>(
  build: Build,
  sources: S,
): Observable<ObservedValueOf<S[number]>> =>
  new TaskObservable<ObservedValueOf<S[number]>>(build.trail, subscriber =>
    // oxlint-disable-next-line typescript/consistent-type-assertions -- RxJS infers from a list of sources what we say of the tuple
    (mergeValues(...sources) as Observable<ObservedValueOf<S[number]>>).subscribe(subscriber),
  );
