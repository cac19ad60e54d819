import type { Observer } from 'rxjs';
import type { JsonObject } from '../../documents/port.ts';
import type { Build } from '../build.ts';
import { checkedKey } from '../key.ts';
import { sink } from './sink.ts';

/** Where a value goes among the documents, and as what. The task goes by its `id`: topology and number, `trends/3`. */
export interface ReplaceOptions<T> {
  readonly id: (value: T, task: { readonly id: string }) => string;
  /** Value of the collection's partition key; the id where absent. */
  readonly partition?: (value: T, task: { readonly id: string }) => string;
  /** The document; null removes it. */
  readonly body: (value: T) => JsonObject | null;
}

/** A sink into the served documents; see `Task.replace`. */
export function replace<T>(build: Build, collection: string, options: ReplaceOptions<T>): Observer<T> {
  const { id, body } = options;
  const partition = options.partition ?? id;
  const { task } = build;
  task.collections.add(collection);
  return sink<T>(task, `documents:${collection}`, value => {
    const at = {
      collection,
      partition: checkedKey(`The partition of a document '${collection}'`, partition(value, task)),
      id: checkedKey(`The id of a document '${collection}'`, id(value, task)),
    };
    task.documents.add(at, body(value), task, task.cursor.trace);
    task.counts.published++;
  });
}
