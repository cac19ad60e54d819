/**
 * The live model, the one that is tried out beside it, and what is known of their generations: each decision about these,
 * and what both models do with what comes. Part of the state of `train`.
 */
import {
  type Generation,
  type Interaction,
  type Learnt,
  Model,
  type Numbered,
  type Prequential,
} from '../../als/index.ts';
import { CandidateModel } from './candidate-model.ts';
import { noChanges } from './changes.ts';
import { begunControl, type Control, type Reached } from './control.ts';
import { type Placed, promoted, withCandidate, withLive, withoutCandidate } from './control-steps.ts';
import type { Adopt, Begin, Configure, Experiment, PreparedSignal } from './generation-signals.ts';
import { type LearnerSettings, madeBy } from './learner-settings.ts';
import { isTried, type Served } from './served.ts';
import { tenantOf } from './tenant.ts';
import { judgedWith } from './totals.ts';

export class Models {
  readonly live: Model;
  readonly candidate: CandidateModel;
  control: Control = begunControl;
  /** Of the open epoch. */
  changed = noChanges();

  constructor({ model }: LearnerSettings) {
    this.live = new Model(model, { partOf: tenantOf });
    this.candidate = new CandidateModel(this.live);
  }

  get served(): Served {
    const [model, about] = [this.candidate.model, this.control.candidate];
    return { live: this.live, candidate: model && about ? { model, about } : undefined };
  }

  /** Those of their generations stay as they are. */
  configure({ model }: LearnerSettings): void {
    this.live.configure(model);
    this.candidate.model?.configure(model);
  }

  /** In slices, between which others may have their turn: of one, but for what takes vectors from files. */
  *decide(signal: Exclude<PreparedSignal, Configure>): Generator<undefined, void> {
    switch (signal.signal) {
      case 'begin':
        this.#begin(signal);
        return;
      case 'abandon':
        this.control = { ...this.control, build: null };
        return;
      case 'adopt':
        yield* this.adopt(signal.content, signal);
        return;
      case 'experiment':
        yield* this.#experiment(signal.content, signal);
        return;
      case 'stop':
        this.#stop(signal.name);
        return;
      case 'promote':
        this.#promote(signal.name);
        return;
    }
  }

  /** The same in both models: rows that are touched from here on are behind whatever is trained now. */
  beginBase(): number {
    this.candidate.model?.beginBase();
    return this.live.beginBase();
  }

  /** Whoever was tried out beside the live generation was compared with that: the experiment ends. */
  *adopt(content: Generation, as: Omit<Adopt, 'signal'>): Generator<undefined, void> {
    this.#endExperiment();
    const old = reachedBy(this.live);
    const base = as.isForeign ? this.beginBase() : content.base;
    const all = yield* this.live.adopting({ ...content, base }, this.#numbered(as));
    this.#note(all);
    this.control = withLive(this.control, this.#placed(as, { content, base, saturations: all.saturations }), old);
    this.changed.isSwitched = true;
  }

  /** The live model does it, and the candidate beside it too. Answers what the live one says. */
  both(work: (model: Model) => Learnt): Learnt {
    const learnt = work(this.live);
    this.#note(learnt);
    if (this.candidate.model !== undefined) this.#noteCandidate(work(this.candidate.model));
    return learnt;
  }

  /** Estimates each rating by the model that was published to its user. Answers what is the live one's. */
  judge(events: readonly Interaction[]): Prequential {
    const { candidate } = this.served;
    const live = this.live.judge(events.filter(({ userId }) => !isTried(candidate?.about, userId)));
    if (candidate === undefined) return live;
    const { model, about } = candidate;
    const tried = model.judge(events.filter(({ userId }) => isTried(about, userId)));
    const judged = { live: judgedWith(about.judged.live, live), candidate: judgedWith(about.judged.candidate, tried) };
    this.control = { ...this.control, candidate: { ...about, judged } };
    return live;
  }

  #begin({ cause, set = {}, share }: Begin): void {
    const { learnt } = this.control;
    const configured = madeBy(this.live.configured);
    const build = { cause, set, base: this.beginBase(), learnt, configured };
    this.control = { ...this.control, build: share === undefined ? build : { ...build, share } };
  }

  /** Of one that is tried out already the share changes. */
  *#experiment(content: Generation, as: Omit<Experiment, 'signal'>): Generator<undefined, void> {
    const before = this.control.candidate;
    if (before?.name === as.name) {
      const after = { ...before, share: as.share };
      this.control = { ...this.control, candidate: after };
      this.#raise(user => isTried(before, user) !== isTried(after, user));
    } else if (as.generation !== this.live.version.generation) {
      yield* this.#tryOut(content, as);
      const after = this.control.candidate;
      this.#raise(user => isTried(after, user) || isTried(before, user));
    }
  }

  *#tryOut(content: Generation, as: Omit<Experiment, 'signal'>): Generator<undefined, void> {
    this.#endExperiment();
    const base = as.isForeign ? this.beginBase() : content.base;
    const { saturations } = yield* this.candidate.starting({ ...content, base }, this.#numbered(as));
    this.control = withCandidate(this.control, { ...this.#placed(as, { content, base, saturations }), as });
  }

  /** Told of one that does not run any more, it changes nothing. */
  #stop(name: string): void {
    const { candidate } = this.control;
    if (candidate?.name !== name) return;
    this.#endExperiment();
    this.#raise(user => isTried(candidate, user));
  }

  #promote(name: string): void {
    const { candidate } = this.control;
    if (candidate?.name !== name) return;
    const old = reachedBy(this.live);
    this.candidate.promote();
    this.control = promoted(this.control, candidate, { old, configured: madeBy(this.live.configured) });
    this.#raise(() => true);
  }

  /** Its users are served by the live model again, and whoever ends it tells them. */
  #endExperiment(): void {
    const { model } = this.candidate;
    if (model === undefined) return;
    this.candidate.stop();
    this.control = withoutCandidate(this.control, reachedBy(model));
  }

  /** A generation that had numbers goes on with them. */
  #numbered({ generation }: Pick<Adopt, 'generation'>): Numbered {
    const known = this.control.former[String(generation)];
    if (known === undefined) return { generation, number: 0 };
    const own = Object.entries(known.tenants ?? {}).map(([tenant, number]) => [tenant, number + 1] as const);
    const partNumbers = known.tenants && Object.fromEntries(own);
    return { generation, number: known.number + 1, partNumbers };
  }

  #placed(as: Omit<Adopt, 'signal'>, placed: Pick<Placed, 'content' | 'base' | 'saturations'>): Placed {
    return { ...placed, as, configured: madeBy(this.live.configured) };
  }

  /** A version of its own: all items are told, and the users whom it concerns. */
  #raise(concerns: (user: string) => boolean): void {
    this.live.raise();
    const { users, items } = this.live.ids;
    for (const id of items) this.changed.items.add(id);
    for (const id of users) if (concerns(id)) this.changed.users.add(id);
    this.changed.isSwitched = true;
  }

  #note({ users, items, events, saturations }: Learnt): void {
    const { live, learnt, candidate } = this.control;
    for (const id of users) if (!isTried(candidate, id)) this.changed.users.add(id);
    for (const id of items) this.changed.items.add(id);
    this.changed.news += events;
    this.control = {
      ...this.control,
      learnt: learnt + events,
      live: { ...live, saturations: live.saturations + saturations },
    };
  }

  #noteCandidate({ users, items, saturations }: Learnt): void {
    const { candidate } = this.control;
    if (candidate === null) return;
    for (const id of users) if (isTried(candidate, id)) this.changed.users.add(id);
    for (const id of items) this.changed.items.add(id);
    this.control = { ...this.control, candidate: { ...candidate, saturations: candidate.saturations + saturations } };
  }
}

const reachedBy = ({ version, partNumbers }: Model): Reached => ({ ...version, tenants: partNumbers });
