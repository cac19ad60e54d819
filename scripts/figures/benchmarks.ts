/** A file of results by its name, and the script that writes it. The pages tell them in this order. */
export const benchmarks: ReadonlyMap<string, string> = new Map([
  ['log', 'bench/log.ts'],
  ['decode', 'bench/decode.ts'],
  ['engine-consume', 'bench/engine.ts consume'],
  ['engine-state', 'bench/engine.ts state'],
  ['engine-produce', 'bench/engine.ts produce'],
  ['epoch-commit', 'bench/commit.ts'],
  ['windows', 'bench/windows.ts'],
  ['trends', 'bench/trends.ts'],
  ['dataflow-1', 'bench/dataflow.ts 1'],
  ['dataflow-4', 'bench/dataflow.ts 4'],
  ['kafka-consume', 'bench/kafka.ts consume'],
  ['kafka-produce', 'bench/kafka.ts produce'],
  ['kafka-windows', 'bench/kafka.ts windows'],
  ['kafka-recovery', 'bench/kafka.ts recovery'],
  ['kafka-freshness', 'bench/kafka.ts freshness'],
  ['kafka-profile', 'bench/kafka.ts profile'],
  ['als-temporal', 'bench/als.ts'],
  ['als-leave-last-out', 'bench/als.ts'],
  ['als-random', 'bench/als.ts'],
  ['evaluate', 'bench/evaluate.ts'],
  ['als-quality', 'bench/als/quality.ts'],
  ['als-speed-1', 'bench/als/speed.ts --threads 1'],
  ['als-speed-2', 'bench/als/speed.ts --threads 2'],
  ['als-lists-1', 'bench/als/lists.ts --threads 1'],
  ['als-events', 'bench/als/events.ts'],
  ['als-bytes', 'bench/als/events.ts'],
  ['als-growth', 'bench/als/growth.ts'],
  ['list-rule', 'bench/list-rule.ts'],
]);

/** What to type to measure it again. */
export const repeatOf = (name: string): string => `npx node ${benchmarks.get(name) ?? ''}`;
