/** Generations as a test decides about them: in memory, and with nobody else who decides. */
import { type ModelSettings, openKernel, trainGeneration } from '../../src/als/index.ts';
import type { Signalling } from '../../src/recommender/domain/configured.ts';
import {
  type Cause,
  type GenerationSignal,
  isFiled,
  type PreparedSignal,
} from '../../src/recommender/domain/generation-signals.ts';
import type { Learner } from '../../src/recommender/domain/learner.ts';
import { nameOf } from '../../src/recommender/domain/trained.ts';
import { asTrained, type Train, trainHere, type Trained } from '../../src/recommender/domain/training.ts';
import type { Generations } from '../../topologies/train.ts';
import { OfferedSignals } from './signals.ts';

export class TestGenerations implements Generations {
  readonly source = new OfferedSignals<GenerationSignal>();
  /** Here, and what came of it is kept. */
  readonly train: Train = async (...all) => {
    const trained = await trainHere(...all);
    this.files.set(nameOf(all[1].generation, trained.digest), trained);
    return trained;
  };
  readonly files = new Map<string, Trained>();
  /** The learner whose task runs. */
  learner: Learner | undefined;

  signals(learner: Learner): Signalling {
    return {
      ready: most => {
        this.learner = learner;
        return this.source.ready(most);
      },
      taken: signal => this.source.taken(signal),
      wait: signal => this.source.wait(signal),
    };
  }

  async prepare(signal: GenerationSignal): Promise<PreparedSignal> {
    if (!isFiled(signal)) return signal;
    const file = this.files.get(signal.name);
    if (file === undefined) throw new Error(`There is no generation ${signal.name}`);
    return { ...signal, content: file.generation };
  }

  begin(cause: Cause = 'command'): void {
    this.source.offer({ signal: 'begin', cause });
  }

  /** Trains what the learner knows now, and keeps it; answers its name. */
  trainNow(generation: number, set: Partial<ModelSettings> = {}): string {
    if (this.learner === undefined) throw new Error('Nobody has asked for signals yet');
    using kernel = openKernel();
    const trained = asTrained(trainGeneration(this.learner.model.freeze(set), { kernel }));
    const name = nameOf(generation, trained.digest);
    this.files.set(name, trained);
    return name;
  }

  adopt(name: string, generation: number, cause: Cause = 'command', isForeign = false): void {
    this.source.offer({ signal: 'adopt', name, generation, cause, trainedAt: 1_000, isForeign });
  }

  /** With this share of the users; of one that is tried out already it is another share. */
  experiment(name: string, generation: number, share: number): void {
    const about = { name, generation, cause: 'command', trainedAt: 1_000, isForeign: false } as const;
    this.source.offer({ signal: 'experiment', ...about, share, startedAt: 2_000 });
  }

  stop(name: string): void {
    this.source.offer({ signal: 'stop', name });
  }

  promote(name: string): void {
    this.source.offer({ signal: 'promote', name });
  }
}
