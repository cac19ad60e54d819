import { describe, expect, test } from 'vitest';
import { maxDeadLetterBytes, maxKeyBytes } from '../../../src/transport/record.ts';
import { BeyondProfile, limitNames, limitsOf, profileNames, profiles } from '../../../src/transport/kafka/profiles.ts';

describe.each(profileNames)('%s', name => {
  const { limits } = profiles[name];

  test.each(limitNames)('%s lies within its own bounds, gives its reason, and can be set no further', limit => {
    const { value, least, most, why } = limits[limit];
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(most);
    expect(why).not.toBe('');
    expect(limitsOf(name, {})[limit]).toBe(value);
    for (const beyond of [least - 0.001, most + 1]) {
      expect(() => limitsOf(name, { [limit]: beyond })).toThrow(BeyondProfile);
      expect(() => limitsOf(name, { [limit]: beyond })).toThrow(`${profiles[name].title} takes ${least} to ${most}`);
    }
  });

  test('takes the largest record that we write, with its key, its header and the frame around it', () => {
    expect(limits.maxBatchBytes.value).toBeGreaterThan(maxDeadLetterBytes + maxKeyBytes + 2_048);
  });

  test('hears of a member three times a session', () => {
    expect(() => limitsOf(name, { sessionTimeout_ms: 6_000, heartbeatInterval_ms: 2_001 })).toThrow(/a third/);
    expect(limitsOf(name, { sessionTimeout_ms: 6_000, heartbeatInterval_ms: 2_000 }).heartbeatInterval_ms).toBe(2_000);
  });
});

test('Event Hubs is given what Microsoft says of it', () => {
  const { limits, maxTopics, maxPartitions, topicsMadeBy, tls, credentials } = profiles['event-hubs'];
  // learn.microsoft.com/azure/event-hubs/apache-kafka-configurations and .../event-hubs-quotas
  expect(limits.metadataMaxAge_ms).toMatchObject({ value: 180_000, most: 239_999 });
  expect(limits.idle_ms).toMatchObject({ value: 180_000, most: 239_999 });
  expect(limits.maxRequestBytes.most).toBeLessThan(1_046_528);
  expect(limits.requestTimeout_ms).toMatchObject({ value: 60_000, least: 20_001 });
  expect(limits.sessionTimeout_ms.value).toBe(30_000);
  expect(limits.heartbeatInterval_ms.value).toBe(3_000);
  expect(limits.commitsPerSecond.most).toBe(4);
  expect({ maxTopics, maxPartitions, topicsMadeBy, tls, credentials }).toEqual({
    maxTopics: 10,
    maxPartitions: 32,
    topicsMadeBy: 'infrastructure',
    tls: true,
    credentials: 'required',
  });
});
