/** The line on standard error that tells how a run goes. */
import { z } from 'zod';
import type { EngineThread } from '../app/engine-thread.ts';
import type { Documents } from '../documents/port.ts';
import type { TaskStats } from '../operations/task-stats.ts';

const everyMs = 1_000;

export interface Shown {
  readonly thread: Pick<EngineThread, 'tasks'>;
  /** Where the newest model version is served. */
  readonly documents: Pick<Documents, 'get'>;
  readonly to: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

/** Prints a line a second until it is disposed; over one another on a terminal. */
export function showProgress({ thread, documents, to }: Shown): Disposable {
  const model = new ModelError(documents);
  let before = 0;
  const show = (): void => {
    const records = sum(thread.tasks, task => task.records);
    model.refresh();
    const line = progressLine(thread.tasks, { perSecond: ((records - before) * 1_000) / everyMs, model: model.shown });
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

const current = { collection: 'models', partition: 'live', id: 'current' } as const;
const ModelDocument = z.object({
  prequential: z.object({
    rmse: z.number().nullable(),
    // Earlier releases told known users and items not apart.
    warmRecords: z.int().default(0),
    warmSquaredErrorSum: z.number().default(0),
  }),
});

/** How well the newest model version predicted what it then learnt, as served; one read is under way at most. */
class ModelError {
  /** What to say of it; undefined while there is no model. */
  shown: string | undefined;
  readonly #documents: Pick<Documents, 'get'>;
  #reading = false;

  constructor(documents: Pick<Documents, 'get'>) {
    this.#documents = documents;
  }

  refresh(): void {
    if (this.#reading) return;
    this.#reading = true;
    void this.#read().finally(() => (this.#reading = false));
  }

  /** Progress never ends a run: what keeps it from being told is told instead. */
  async #read(): Promise<void> {
    this.shown = await this.#documents.get(current).then(
      document => document && errorText(document.body),
      (error: unknown) => `unreadable (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function errorText(body: unknown): string {
  const { success, data } = ModelDocument.safeParse(body);
  if (!success) return 'unreadable (the document of the model is none)';
  const { rmse, warmRecords, warmSquaredErrorSum } = data.prequential;
  if (rmse === null) return 'none yet';
  const all = `${rmse.toFixed(4)} stars`;
  if (warmRecords === 0) return all;
  return `${all} (${Math.sqrt(warmSquaredErrorSum / warmRecords).toFixed(4)} where user and item were known)`;
}

/** Over all tasks; event time is that of the task furthest behind among those that have one. `model` is its RMSE, in words. */
export function progressLine(
  tasks: readonly TaskStats[],
  { perSecond, model }: { readonly perSecond: number; readonly model?: string | undefined },
): string {
  const watermarks = tasks.flatMap(({ watermark }) => (watermark === null ? [] : [watermark]));
  const waiting = tasks.find(task => task.waiting !== null)?.waiting;
  const parts = [
    `${sum(tasks, task => task.records)} records in all tasks`,
    `${Math.round(perSecond)} records/s`,
    `${sum(tasks, task => task.epochs)} epochs`,
    `${sum(tasks, task => task.deadLetters)} dead letters`,
    ...(watermarks.length === 0 ? [] : [`event time ${timeOf(Math.min(...watermarks))}`]),
    ...(model === undefined ? [] : [`prequential error ${model}`]),
    ...(waiting === undefined || waiting === null ? [] : [`waiting: ${waiting}`]),
  ];
  return parts.join(', ').replaceAll(/\s*[\r\n]+\s*/g, ' | ');
}

export const sum = (tasks: readonly TaskStats[], of: (task: TaskStats) => number): number =>
  tasks.reduce((total, task) => total + of(task), 0);

const timeOf = (time: number): string => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
};
