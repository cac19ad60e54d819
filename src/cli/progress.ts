/** The line on standard error that tells how a run goes. */
import type { EngineThread } from '../app/engine-thread.ts';
import type { TaskStats } from '../operations/task-stats.ts';

const everyMs = 1_000;

/** Prints a line a second until it is disposed; over one another on a terminal. */
export function showProgress(thread: Pick<EngineThread, 'tasks'>, to: NodeJS.WriteStream): Disposable {
  let before = 0;
  const show = (): void => {
    const records = sum(thread.tasks, task => task.records);
    const line = progressLine(thread.tasks, ((records - before) * 1_000) / everyMs);
    before = records;
    to.write(to.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  };
  const timer = setInterval(show, everyMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      if (to.isTTY) to.write('\r\u001b[2K');
    },
  };
}

/** Over all tasks; event time is that of the task furthest behind among those that have one. */
export function progressLine(tasks: readonly TaskStats[], perSecond: number): string {
  const watermarks = tasks.flatMap(({ watermark }) => (watermark === null ? [] : [watermark]));
  const waiting = tasks.find(task => task.waiting !== null)?.waiting;
  return [
    `${sum(tasks, task => task.records)} records in all tasks`,
    `${Math.round(perSecond)} records/s`,
    `${sum(tasks, task => task.epochs)} epochs`,
    `${sum(tasks, task => task.deadLetters)} dead letters`,
    ...(watermarks.length === 0 ? [] : [`event time ${timeOf(Math.min(...watermarks))}`]),
    ...(waiting === undefined ? [] : [`waiting: ${waiting}`]),
  ].join(', ');
}

export const sum = (tasks: readonly TaskStats[], of: (task: TaskStats) => number): number =>
  tasks.reduce((total, task) => total + of(task), 0);

const timeOf = (time: number): string => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
};
