/** When the live model is measured, by whom that was asked for, and what follows from it. */
import type { Documents } from '../../../documents/port.ts';
import type { Clock } from '../../../engine/clock.ts';
import type { LiveGeneration } from '../../domain/control.ts';
import type { Learner } from '../../domain/learner.ts';
import { answer, type Command } from '../commands.ts';
import { hasDrifted, inWords } from './figures.ts';
import { keepOutcome, shadowAccount } from './kept.ts';
import { type ShadowOutcome, Shadows, type ShadowSettings } from './shadows.ts';
import type { Measure } from './thread.ts';

export interface ShadowWatchOptions {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly measure: Measure;
  readonly settings: { readonly automatic: boolean; readonly shadow: ShadowSettings; readonly drift: number };
  readonly warn: (text: string) => void;
}

const atTheStop = 'the process has stopped';

export class ShadowWatch {
  readonly #options: ShadowWatchOptions;
  readonly #shadows: Shadows;
  /** Who asked for the one under way; nobody where it was due. */
  #command: Command | undefined;
  /** Whether the one under way was due, so that a generation may follow from it. */
  #wasDue = false;
  /** The one that was counted last. */
  #kept: ShadowOutcome | undefined;
  /** Name of the live generation that was found to have fallen behind. */
  #drifted: string | undefined;
  #hasResumed = false;

  constructor(options: ShadowWatchOptions) {
    this.#options = options;
    this.#shadows = new Shadows(options.measure, options.clock, options.settings.shadow);
  }

  hasDrifted({ name }: Pick<LiveGeneration, 'name'>): boolean {
    return this.#drifted === name;
  }

  /** Gives up what cannot be measured any more, and tells what came of the last one. */
  async look(learner: Learner): Promise<void> {
    if (!this.#hasResumed) this.#shadows.resume((await shadowAccount(this.#options.documents))?.learnt ?? 0);
    this.#hasResumed = true;
    this.#shadows.look(learner);
    await this.#tell();
  }

  beginWhereDue(learner: Learner): void {
    const { automatic } = this.#options.settings;
    // One of other settings follows anyway, and what is not told yet would be lost.
    if (!automatic || learner.isReconfigured || this.#isBusy || !this.#shadows.isDue(learner)) return;
    this.#wasDue = true;
    this.#shadows.begin(learner);
  }

  /** One that is under way already is as good; one that has ended is told first. */
  async obey(command: Command, learner: Learner): Promise<void> {
    if (this.#command?.askedAt === command.askedAt || this.#shadows.isUntold) return;
    if (learner.control.live.name === '') {
      const message = 'There is no generation yet that could be measured';
      return this.#answer(command, { state: 'failed', message });
    }
    const underway = { ...command, state: 'underway' } as const;
    await answer(this.#options.documents, underway);
    this.#command = underway; // not before it is written: whoever tries again would take it for begun
    if (!this.#shadows.isUnderWay) this.#shadows.begin(learner);
  }

  giveUp(why: string): void {
    this.#shadows.giveUp(why);
  }

  /** The task runs elsewhere: who has it there obeys what was asked for, and this process answers it no more. */
  release(): void {
    this.#command = undefined;
    this.#shadows.giveUp('the task runs elsewhere');
  }

  /** Counted too. What was asked for stays so: the next process measures it. */
  async stop(): Promise<void> {
    this.#command = undefined;
    await this.#shadows.stop(atTheStop);
    await this.#tell();
  }

  get #isBusy(): boolean {
    return this.#shadows.isUnderWay || this.#shadows.isUntold;
  }

  async #tell(): Promise<void> {
    const outcome = this.#shadows.outcome;
    if (outcome === undefined) return;
    const { documents, clock, warn, settings } = this.#options;
    // Whoever tries again, since the answer was refused, would count it twice.
    if (this.#kept !== outcome) await keepOutcome(documents, outcome, clock.now());
    this.#kept = outcome;
    await this.#answerMine(outcome);
    const { figures, name, why } = outcome;
    if (figures === undefined && why !== atTheStop) warn(`shadow of ${name} was given up: ${why}`);
    if (figures !== undefined && this.#wasDue && hasDrifted(figures, settings.drift)) this.#drifted = name;
    this.#wasDue = false;
    this.#shadows.told();
  }

  async #answerMine({ figures, why }: ShadowOutcome): Promise<void> {
    const command = this.#command;
    if (command === undefined) return;
    if (figures === undefined) await this.#answer(command, { state: 'failed', message: `it was given up: ${why}` });
    else await this.#answer(command, { state: 'done', message: inWords(figures), figures });
    this.#command = undefined;
  }

  async #answer(command: Command, outcome: Partial<Command>): Promise<void> {
    const { documents, clock } = this.#options;
    await answer(documents, { ...command, answeredAt: clock.now(), ...outcome });
  }
}
