/** The configuration: where settings come from, which of them wins, and how a wrong one is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelSettings } from '../../src/als/index.ts';
import { applicationSettings } from '../../src/app/config.ts';
import { InvalidConfiguration } from '../../src/app/config-errors.ts';
import { type ConfigSources, configure } from '../../src/app/configure.ts';
import { defaultLearner, Learner } from '../../src/recommender/domain/learner.ts';
import { defaultLists } from '../../src/recommender/domain/lists.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'millrace.yaml');
  writeFileSync(file, text);
  return file;
}

const configured = (sources: Partial<ConfigSources> = {}) => configure({ environment: {}, ...sources });
const flag = (name: string, value: unknown) => ({ flag: name, value });

describe('settings that nobody gives', () => {
  test('are the documented defaults of the model and the lists, so that a state without configuration stays good', () => {
    const { learner, lists } = applicationSettings(configured().config);
    expect(modelSettings(learner.model)).toEqual(modelSettings());
    expect(new Learner(learner).version).toBe(new Learner(defaultLearner).version);
    expect(JSON.stringify(lists)).toBe(JSON.stringify(defaultLists));
  });

  test('all say that they come from nowhere', () => {
    expect(new Set(configured().origins.map(({ origin }) => origin))).toEqual(new Set(['default']));
  });
});

describe('what is given', () => {
  const text = 'seed: 2\nport: 1111\nmodel:\n  factors: 8\n  gridExponent: { users: 9 }\n';

  test('wins by its source: flags over environment, environment over the file, the file over defaults', () => {
    const environment = { MILLRACE_SEED: '3', MILLRACE_MODEL_FACTORS: '9', MILLRACE_MODEL_GRID_EXPONENT_ITEMS: '8' };
    const file = fileOf(text);
    const { config, origins } = configured({ file, environment, flags: { seed: flag('--seed', 4) } });
    expect(config).toMatchObject({ seed: 4, port: 1111 });
    expect(config.model).toMatchObject({ factors: 9, gridExponent: { users: 9, items: 8 } });
    const from = new Map(origins.map(({ path, origin }) => [path, origin]));
    expect(from.get('seed')).toBe('--seed');
    expect(from.get('model.factors')).toBe('MILLRACE_MODEL_FACTORS');
    expect(from.get('port')).toBe(`${file}:2`);
    expect(from.get('model.gridExponent.users')).toBe(`${file}:5`);
    expect(from.get('model.sweeps')).toBe('default');
  });

  test('may name its file in the environment, and its port as platforms do', () => {
    const environment = { MILLRACE_CONFIG: fileOf(text), MILLRACE_PORT: '2222', PORT: '3333', OTHER: 'x' };
    const { config, origins } = configured({ environment });
    expect(config).toMatchObject({ seed: 2, port: 3333 });
    expect(origins).toContainEqual({ path: 'port', value: 3333, origin: 'PORT' });
  });

  test('may be a table, as text a number where a text is wanted, and a file may be empty', () => {
    const rule = { kind: 'order', atLeast: 0, preference: 1, confidence: [16] };
    const environment = {
      MILLRACE_MODEL_WEIGHTS: JSON.stringify({ ageBounds_ms: [], rules: [rule] }),
      MILLRACE_DATA: '123',
    };
    const { config } = configured({ file: fileOf('# nothing yet\n'), environment });
    expect(config.model.weights.rules).toEqual([rule]);
    expect(config.data).toBe('123');
  });
});

describe('brokers', () => {
  test('are a list in a file, and in a text joined by commas', () => {
    const file = fileOf('kafka: { brokers: ["a:1", "[::1]:2"] }');
    expect(configured({ file }).config.kafka.brokers).toEqual(['a:1', '[::1]:2']);
    expect(configured({ environment: { MILLRACE_KAFKA_BROKERS: 'a:1, b:2' } }).config.kafka.brokers).toEqual([
      'a:1',
      'b:2',
    ]);
  });

  test('named by a flag need the transport that reads them; a file may name them for other runs', () => {
    const brokers = flag('--brokers', 'a:1');
    expect(() => configured({ flags: { 'kafka.brokers': brokers } })).toThrow(/--brokers is given.*--transport kafka/);
    const transport = flag('--transport', 'kafka');
    const { config } = configured({ flags: { 'kafka.brokers': brokers, transport } });
    expect(config).toMatchObject({ transport: 'kafka', kafka: { brokers: ['a:1'], profile: 'kafka' } });
  });

  test('are named by the connection string of a namespace, whose text is shown nowhere', () => {
    const secret = 'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=hush';
    const environment = {
      MILLRACE_TRANSPORT: 'kafka',
      MILLRACE_KAFKA_PROFILE: 'event-hubs',
      MILLRACE_KAFKA_SASL_CONNECTION_STRING: secret,
    };
    const { config, origins } = configured({ environment });
    expect(config.kafka.sasl.connectionString).toBe(secret);
    expect(JSON.stringify(origins)).not.toContain('hush');
    const twice = { ...environment, MILLRACE_KAFKA_IDLE_MS: '300000' };
    expect(() => configured({ environment: twice })).toThrow(/^(?!.*hush).*kafka\.idle_ms is 300000/);
  });
});

describe('what is given wrongly is refused, with the place where it stands', () => {
  test.for([
    ['sed: 1', /millrace\.yaml:1: there is no setting 'sed'\. Did you mean 'seed'\?/],
    ['seed: 1\nmodel:\n  factrs: 8', /:3: there is no setting 'model\.factrs'\. Did you mean 'model\.factors'\?/],
    ['# top\n\nfactors: 8', /:3: there is no setting 'factors'\. Did you mean 'model\.factors'\?/],
    ['modle:\n  factors: 8', /:1: there is no setting 'modle'\. Did you mean 'model'\?/],
    ['seed: one', /:1: seed is "one": .*expected number/],
    ['model: 8', /:1: 'model' is a group of settings/],
    ['model:\n  factors: 129', /:2: model\.factors is 129: .*128/],
    ['transport: kafak', /:1: transport is "kafak": .*"embedded"\|"kafka"/],
    ['transport: kafka', /:1: transport is "kafka", and no broker is named\. Give --brokers/],
    ['kafka:\n  profile: redpand', /:2: kafka\.profile is "redpand": .*did you mean 'redpanda'\?/],
    ['kafka:\n  brokers: localhost', /:2: kafka\.brokers is "localhost": 0: a broker is HOST:PORT/],
    [
      'transport: kafka\nkafka:\n  profile: event-hubs\n  brokers: x.servicebus.windows.net:9093',
      /:3: kafka\.profile is "event-hubs", and Event Hubs lets nobody in without credentials/,
    ],
    [
      'transport: kafka\nkafka: { profile: event-hubs, idle_ms: 240000, sasl: { connectionString: x } }',
      /kafka\.idle_ms is 240000, and Azure Event Hubs takes 1000 to 239999: Azure closes connections/,
    ],
    [
      'http:\n  host: 0.0.0.0',
      /:2: http\.host is "0\.0\.0\.0", and without credentials the server listens on loopback only\. Set auth\.keys/,
    ],
    ['auth:\n  issuer: https://x.example', /:2: auth\.issuer is set, and whom its tokens have to be for is not/],
    ['auth:\n  issuer: http://x.example\n  audience: us', /:2: auth\.issuer is .*an address under https:/],
    ['auth:\n  audience: us', /:2: tokens are described, and their issuer is not named\. Set auth\.issuer/],
    ['auth:\n  algorithms: [HS256]', /:2: auth\.algorithms is \["HS256"\]/],
    ['auth:\n  algorithms: [none]', /:2: auth\.algorithms is \["none"\]/],
    ['http:\n  origins: "*"', /:2: http\.origins is "\*": 0: an origin is https:\/\/HOST/],
    ['tenants:\n  allowed: [north, Süd]', /:2: tenants\.allowed is .*1: lower-case letters, digits and dashes/],
    ['documents: cosmos', /:1: documents is "cosmos", and no account is named/],
    [
      'documents: cosmos\ncosmos: { endpoint: "https://x.example", throughput: { requestUnits: 1500 } }',
      /:2: cosmos\.throughput\.requestUnits is 1500, and with autoscale the service gives steps of 1000/,
    ],
    ['seed: 1\nseed: 2', /:2: Map keys must be unique/],
    ['- seed', /:1: this is no mapping/],
    ['model:\n  weights:\n    rules: []', /:2: model\.weights .*ageBounds_ms/],
    ['__proto__: 1', /there is no setting '__proto__'/],
  ] as const)('%j', ([text, says]) => {
    const wrong = () => configured({ file: fileOf(text) });
    expect(wrong).toThrow(InvalidConfiguration);
    expect(wrong).toThrow(says);
  });

  test('in the environment too: a variable that begins as ours do and that nobody knows', () => {
    const wrong = () => configured({ environment: { MILLRACE_MODEL_FACTOR: '8' } });
    expect(wrong).toThrow(/MILLRACE_MODEL_FACTOR: there is no such setting\. Did you mean 'MILLRACE_MODEL_FACTORS'\?/);
    expect(() => configured({ environment: { PORT: 'http' } })).toThrow(/PORT: port is "http"/);
    expect(() => configured({ environment: { MILLRACE_SEED: '[' } })).toThrow(/MILLRACE_SEED: seed is "\["/);
  });

  test('as flags, and where the file is not there', () => {
    expect(() => configured({ flags: { port: flag('--port', 70_000) } })).toThrow(/--port: port is 70000/);
    expect(() => configured({ file: join(folder, 'none.yaml') })).toThrow(/none\.yaml cannot be read/);
  });
});
