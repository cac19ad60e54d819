import type { Observer } from 'rxjs';
import type { Build } from '../build.ts';
import { sink } from './sink.ts';

/** A sink for records that came after their windows had closed; see `Task.late`. */
export const late = (build: Build, windows?: string): Observer<unknown> =>
  sink<unknown>(build.task, 'late', () => {
    const where = windows === undefined ? '' : ` for '${windows}'`;
    build.task.counts.late++;
    build.task.deadLetter(`late${where}: every window of its event time had closed`);
  });
