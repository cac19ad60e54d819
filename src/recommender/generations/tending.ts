/** What is due after each switch: needless files go, and the documents say what there is. */
import type { Documents } from '../../documents/port.ts';
import type { MillraceError } from '../../errors.ts';
import type { Snapshots } from '../../snapshots/port.ts';
import type { Control } from '../domain/control.ts';
import { publish } from './published.ts';
import { drop, droppable, heads, namedInJournal } from './retained.ts';

export interface TendingOptions {
  readonly snapshots: Snapshots;
  readonly documents: Documents;
  readonly settings: { readonly keep: number };
  readonly warn: (text: string) => void;
}

/** The task whose journal names generations. */
export const task = 'train/0';

export class Tending {
  readonly #options: TendingOptions;
  /** Names of the generations that served when files were looked at last. */
  #before: { readonly live: string; readonly candidate: string | undefined } | undefined;
  /** Names of those that cannot be read, once that has been said. */
  readonly #told = new Set<string>();

  constructor(options: TendingOptions) {
    this.#options = options;
  }

  isDue({ live, candidate }: Control): boolean {
    return this.#before?.live !== live.name || this.#before.candidate !== candidate?.name;
  }

  async tend(control: Control): Promise<void> {
    const { snapshots, documents, settings } = this.#options;
    this.#warn(control);
    const all = await heads(snapshots, this.#unread);
    const named = all.length > settings.keep ? await namedInJournal(documents.journal, task) : new Set<string>();
    const gone = droppable(all, { control, keep: settings.keep, named });
    await drop(snapshots, gone);
    await publish(documents, { all, gone: new Set(gone), control });
    this.#before = { live: control.live.name, candidate: control.candidate?.name };
  }

  /** One file that nobody can read must not stop what learns, nor may it go: another release may be able to. */
  readonly #unread = (name: string, { message }: MillraceError): void => {
    if (!this.#told.has(name)) this.#options.warn(`generation ${name} cannot be read, and is passed over: ${message}`);
    this.#told.add(name);
  };

  /** Nobody asked for the end of the experiment. */
  #warn({ live, candidate }: Control): void {
    const before = this.#before;
    if (before?.candidate === undefined || candidate !== null) return;
    if (live.name === before.live || live.name === before.candidate) return;
    this.#options.warn(`the experiment with ${before.candidate} has ended: ${live.name} is live, for '${live.cause}'`);
  }
}
