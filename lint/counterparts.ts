/** What to use instead, for each family of RxJS names that a topology may not import. */
const families: readonly (readonly [names: string, instead: string])[] = [
  [
    'scan reduce mergeScan switchScan expand count max min distinctUntilChanged distinctUntilKeyChanged ' +
      'pairwise every find findIndex isEmpty toArray groupBy sequenceEqual startWith endWith',
    "state belongs in a named, checkpointed step, so use the task's keyed",
  ],
  ['distinct', "what was seen has to survive a crash: use the task's distinct, with a horizon"],
  [
    'window windowCount windowTime windowToggle windowWhen',
    "windows follow event time and survive a crash in the task's windowed",
  ],
  [
    'buffer bufferCount bufferTime bufferToggle bufferWhen',
    "an epoch is the batch: use the task's batched, or windowed for spans of event time",
  ],
  [
    'debounce debounceTime throttle throttleTime audit auditTime sample sampleTime delay delayWhen timer interval ' +
      'timeout timeoutWith timeInterval timestamp',
    "only event time and journalled timers repeat: use the task's keyed with a timer, or windowed with emit",
  ],
  [
    'retry retryWhen repeat repeatWhen catchError onErrorResumeNext onErrorResumeNextWith throwIfEmpty throwError ' +
      'materialize dematerialize finalize defaultIfEmpty',
    'let it throw: the engine undoes the epoch and turns the record into a dead letter',
  ],
  [
    'take takeLast takeUntil takeWhile first last single elementAt skip skipLast skipUntil skipWhile ignoreElements ' +
      'exhaustMap exhaustAll switchMap switchMapTo switchAll race raceWith concat concatWith concatAll',
    'a pipe never ends and drops no record: use filter, or keyed where the choice needs memory',
  ],
  [
    'combineLatest combineLatestAll combineLatestWith withLatestFrom zip zipAll zipWith forkJoin iif defer using',
    "joins are planned, so use the task's table",
  ],
  [
    'observeOn subscribeOn asyncScheduler asapScheduler queueScheduler animationFrameScheduler scheduled from ' +
      'fromEvent fromEventPattern firstValueFrom lastValueFrom',
    "records are pushed synchronously, within their epoch: use the task's mapAsync for what must wait",
  ],
  [
    'shareReplay publish publishReplay publishBehavior publishLast multicast refCount connect connectable ' +
      'Subject BehaviorSubject ReplaySubject AsyncSubject Observable',
    'only share() is free of memory: a source is task.read, what must be remembered is keyed or a table',
  ],
  ['merge', 'its pipe could end unseen by the engine: use mergeWith, which keeps it'],
  ['tap', 'a side effect would happen again on every recovery: write to a stream or to documents with task.write'],
];

export const counterparts: ReadonlyMap<string, string> = new Map(
  families.flatMap(([names, instead]) => names.split(' ').map(name => [name, instead] as const)),
);
