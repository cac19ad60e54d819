import { Unavailable } from '../errors.ts';
import { restoreHead } from './checkpoint.ts';
import { restoreTask } from './restore.ts';
import type { RunnerOptions } from './runner-options.ts';
import type { TaskRunner } from './runner.ts';
import type { CheckpointHead } from './state/store.ts';

/** Back to the last checkpoint. What it holds is read again only where the epoch had touched it. */
export async function undo(run: TaskRunner, head: CheckpointHead, options: RunnerOptions): Promise<void> {
  const { task } = run;
  task.close();
  task.documents.clear();
  for (const output of task.outputs.values()) output.discard();
  options.graph.rebuild(task);
  restoreHead(task, head);
  try {
    undoSteps(run);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    // A step that is undone by halves cannot be undone again.
    await run.retrying('state', () => restoreAnew(run, head, options));
  }
}

function undoSteps({ task, store }: TaskRunner): void {
  for (const [name, step] of task.steps) {
    step.undo(key => store.get(task.id, name, key), task.eventTime.watermark);
    step.restored();
  }
  task.eventTime.derive();
}

/** Steps that have never run, with all of the checkpoint, as after a start. */
async function restoreAnew(run: TaskRunner, head: CheckpointHead, options: RunnerOptions): Promise<void> {
  const { task } = run;
  const { store } = options;
  task.steps.clear();
  options.graph.rebuild(task);
  run.store = store;
  const { former } = await restoreTask(run, store.head(task.id), options);
  run.store = former ?? store;
  restoreHead(task, head);
  task.eventTime.derive();
}
