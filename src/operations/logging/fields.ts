/** Everything that a line of the log may tell besides its event: a closed list, so that nothing gets in by chance. */

/** What may stand in a field, which decides how it is written. */
export type FieldKind = 'name' | 'number' | 'text' | 'quote' | 'url' | 'user';

/** Each field and its kind. Whoever adds one decides here what of it anybody may read. */
export const fieldKinds = {
  task: 'name',
  topology: 'name',
  topic: 'name',
  partition: 'number',
  offset: 'number',
  epoch: 'number',
  namespace: 'name',
  /** A shop or a site: an organisation, no person. */
  tenant: 'name',
  /** Somebody whom events are about. */
  user: 'user',
  role: 'name',
  /** The key of a request on its way: in the answer's header and in its problem. */
  requestId: 'name',
  /** W3C trace id, 32 hexadecimal digits. */
  traceId: 'name',
  method: 'name',
  /** The path as the API describes it, with names in braces: never the one that was asked for. */
  route: 'name',
  status: 'number',
  /** Stable code of a refusal or failure. */
  code: 'name',
  duration_ms: 'number',
  /** What does not answer: `journal`, `fence`, `snapshot`, `retention`… */
  dependency: 'name',
  attempt: 'number',
  /** Why, in words that programs choose: of a rebalance, of a task that was given away. */
  reason: 'text',
  /** Why a record became a dead letter: it may quote the record. */
  problem: 'quote',
  count: 'number',
  window_s: 'number',
  /** Component and event of what was held back. */
  of: 'name',
  url: 'url',
  command: 'name',
} as const satisfies Record<string, FieldKind>;

type Value<K extends FieldKind> = K extends 'number' ? number : string;

export type LogFields = {
  readonly [F in keyof typeof fieldKinds]?: Value<(typeof fieldKinds)[F]> | undefined;
};
