/** Against which broker the tests of Kafka run: the one that is given, else one in Docker, else one from its jars. */
import { KafkaBroker } from './broker.ts';
import { missingForJars, version } from './distribution.ts';
import { answer } from './programs.ts';

/** The broker that all tests share. */
export interface SharedBroker {
  readonly brokers: string[];
  stop(): Promise<void>;
}

export interface Choice {
  /** In words, for the line that every run prints. */
  readonly name: string;
  readonly start: () => Promise<SharedBroker>;
}

/** What a machine offers; whatever is missing is said in words. */
export interface Offers {
  /** `host:port,host:port` */
  readonly given: string | undefined;
  readonly hasDocker: boolean;
  readonly missingForJars: string | undefined;
}

export const image = 'redpandadata/redpanda:v25.3.3';

export function choose({ given, hasDocker, missingForJars: missing }: Offers): Choice | undefined {
  if (given !== undefined) return { name: `the brokers of KAFKA_BROKERS, ${given}`, start: async () => fixed(given) };
  if (hasDocker) return { name: `Redpanda in Docker, ${image}`, start: startRedpanda };
  if (missing === undefined) return { name: `Apache Kafka ${version} from its jars`, start: startJars };
  return undefined;
}

/** Says against what is tested, and what is not tested. */
export function lineOf(machine: Offers): string {
  const { missingForJars: missing } = machine;
  const choice = choose(machine);
  if (choice === undefined) return `kafka: SKIPPED, there is no broker: no KAFKA_BROKERS, no Docker, no ${missing}`;
  const skipped = missing === undefined ? '' : `; what kills its broker is SKIPPED without ${missing}`;
  return `kafka: tested against ${choice.name}${skipped}`;
}

/** Only the jars give a test a broker of its own to kill: where they cannot run, something is skipped. */
export function refuseSkips(machine: Offers): void {
  if (machine.missingForJars === undefined) return;
  throw new Error(`MILLRACE_REQUIRE_BROKER=1, but tests would be skipped: ${lineOf(machine)}`);
}

/** The client may be installed where no engine runs: only the engine's answer counts. */
export async function offers(): Promise<Offers> {
  const given = process.env['KAFKA_BROKERS'];
  const [engine, missing] = await Promise.all([
    answer('docker', 'version', '--format', '{{.Server.Version}}'),
    missingForJars(),
  ]);
  return { given: given === '' ? undefined : given, hasDocker: engine !== undefined, missingForJars: missing };
}

const fixed = (given: string): SharedBroker => ({ brokers: given.split(','), stop: async () => {} });

/** Loaded only where Docker runs: the library looks for its engine for seconds. */
async function startRedpanda(): Promise<SharedBroker> {
  const { RedpandaContainer } = await import('@testcontainers/redpanda');
  const container = await new RedpandaContainer(image).start();
  const stop = async (): Promise<void> => {
    await container.stop();
  };
  return { brokers: [container.getBootstrapServers()], stop };
}

async function startJars(): Promise<SharedBroker> {
  const broker = await KafkaBroker.start();
  if (!broker.hasClassData) {
    await broker.stop();
    await broker.restart();
  }
  return { brokers: broker.brokers(), stop: () => broker[Symbol.asyncDispose]() };
}
