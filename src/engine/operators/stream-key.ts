import type { Build } from '../build.ts';
import { TaskStopped } from '../errors.ts';
import { checkedKey } from '../key.ts';

/** The key that its stream has for the record under the cursor. Throws `TaskStopped` for a value of no record. */
export function streamKey(build: Build, name: string): () => string {
  const { cursor, inputs } = build.task;
  return () => {
    const input = inputs.get(cursor.stream);
    if (input !== undefined && cursor.record !== undefined)
      return checkedKey(`The key of '${cursor.stream}'`, input.stream.key(cursor.value));
    throw new TaskStopped(`'${name}' was given a value that comes from no record`, keyRemedy);
  };
}

export const keyRemedy = 'Say by which key with `by`';
