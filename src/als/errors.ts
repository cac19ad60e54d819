/** What the model refuses: a stable code for scripts, what happened, and what to do about it. */
export abstract class ModelError extends RangeError {
  abstract readonly code: string;
  /** What the reader of the message should do next. */
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(`${what}. ${remedy}`);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** Settings that no model can have. */
export class InvalidSettings extends ModelError {
  readonly code = 'INVALID_MODEL_SETTINGS';
}

/** An interaction that validation should have kept away from the model. */
export class InvalidInteraction extends ModelError {
  readonly code = 'INVALID_INTERACTION';
}

/** A sum left the range in which it is exact: to go on would make the model depend on the order of its events. */
export class BoundExceeded extends ModelError {
  readonly code = 'BOUND_EXCEEDED';
}

/** A training that was told to stop. */
export class TrainingCancelled extends ModelError {
  readonly code = 'TRAINING_CANCELLED';
}

/** Checkpoint rows that this model cannot have written. */
export class UnusableModelState extends ModelError {
  readonly code = 'UNUSABLE_MODEL_STATE';
}

/** The WebAssembly kernel has not been built. */
export class KernelMissing extends ModelError {
  readonly code = 'KERNEL_MISSING';

  constructor(file: URL) {
    super(`There is no kernel at ${file.pathname}`, 'Build it: npm run build:kernel');
  }
}

/** A thread of the kernel ended, or stopped answering, while it was needed. */
export class KernelThreadLost extends ModelError {
  readonly code = 'KERNEL_THREAD_LOST';

  constructor(what: string) {
    super(what, 'Open another kernel: the results of this one are not to be trusted');
  }
}
