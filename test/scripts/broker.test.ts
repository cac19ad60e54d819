import { describe, expect, test } from 'vitest';
import { choose, lineOf, refuseSkips } from '../support/kafka/choice.ts';

const everything = { given: 'a:9092,b:9092', hasDocker: true, missingForJars: undefined };

describe('the broker that the tests of Kafka run against', () => {
  test.for([
    ['is the given one, whatever else there is', everything, /KAFKA_BROKERS, a:9092,b:9092/],
    ['is Redpanda where a Docker engine answers', { ...everything, given: undefined }, /Redpanda/],
    ['is Apache Kafka from its jars elsewhere', { ...everything, given: undefined, hasDocker: false }, /its jars/],
  ] as const)('%s', ([, offers, name]) => {
    expect(choose(offers)?.name).toMatch(name);
  });

  test('is none where nothing is given, no engine answers and Java is missing', () => {
    expect(choose({ given: undefined, hasDocker: false, missingForJars: 'Java 17' })).toBeUndefined();
  });

  test('has the addresses that were given, and is not ours to stop', async () => {
    const broker = await choose(everything)?.start();
    expect(broker?.brokers).toEqual(['a:9092', 'b:9092']);
    await expect(broker?.stop()).resolves.toBeUndefined();
  });

  test('is said in a line, with what is skipped', () => {
    const nothing = { given: undefined, hasDocker: false, missingForJars: 'Java 17' };
    expect(lineOf({ ...everything, given: undefined })).toMatch(/^kafka: tested against Redpanda [^;]*$/);
    expect(lineOf({ ...everything, missingForJars: 'Maven' })).toMatch(/a:9092,b:9092; .* SKIPPED without Maven$/);
    expect(lineOf(nothing)).toMatch(/^kafka: SKIPPED, .* no Java 17$/);
  });

  test('has to be there, with one for each test that kills its own, where that is required', () => {
    expect(() => refuseSkips(everything)).not.toThrow();
    expect(() => refuseSkips({ ...everything, missingForJars: 'Java 17' })).toThrow('MILLRACE_REQUIRE_BROKER=1');
  });
});
