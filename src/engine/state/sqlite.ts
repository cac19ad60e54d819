import { Fenced } from '../../errors.ts';
import { guarded, openSqlite, transaction } from '../../sqlite.ts';
import { stateSchema, stateTables } from './sqlite-tables.ts';
import type { CheckpointHead, StateEntry, StateStore } from './store.ts';

/** The checkpoints of a process in one SQLite file (or `:memory:`), made where it is missing. */
export function openSqliteStateStore(options: { readonly path: string }): StateStore {
  const db = openSqlite(options.path, stateSchema);
  const tables = stateTables(db);

  function* entries(task: string): Generator<StateEntry> {
    let page = guarded(db, () => tables.page(task));
    while (page.length > 0) {
      yield* page;
      const last = page.at(-1);
      page = guarded(db, () => tables.page(task, last));
    }
  }

  return {
    head: task => guarded(db, () => tables.head(task)),
    entries,
    get: (task, step, key) => guarded(db, () => tables.get(task, step, key)),

    commit(task, next, changes) {
      transaction(db, () => {
        const stored = tables.head(task);
        refuseGreaterFence(task, stored, next);
        refuseOtherEpoch(task, stored, next);
        for (const change of changes) tables.apply(task, change);
        tables.setHead(task, next);
      });
    },

    replace(task, next, replacement) {
      transaction(db, () => {
        refuseGreaterFence(task, tables.head(task), next);
        tables.clear(task);
        for (const entry of replacement) tables.apply(task, entry);
        tables.setHead(task, next);
      });
    },

    discard(task) {
      transaction(db, () => {
        tables.clear(task);
        tables.forget(task);
      });
    },

    close() {
      if (db.isOpen) db.close();
    },
  };
}

function refuseGreaterFence(task: string, stored: CheckpointHead | undefined, next: CheckpointHead): void {
  if (stored === undefined || stored.fence <= next.fence) return;
  throw new Fenced(
    `The checkpoint of task ${task} is under fence ${stored.fence}, greater than ${next.fence}`,
    'Stop: another worker has taken the task over',
  );
}

function refuseOtherEpoch(task: string, stored: CheckpointHead | undefined, next: CheckpointHead): void {
  const epoch = stored?.epoch ?? 0;
  if (next.epoch === epoch + 1) return;
  throw new Fenced(
    `The checkpoint of task ${task} is at epoch ${epoch}, which epoch ${next.epoch} does not follow`,
    'Restore the task from its checkpoint',
  );
}
