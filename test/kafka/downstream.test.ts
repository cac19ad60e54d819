/** The example of a consumer that is not Millrace, on a topic whose writers were killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { siteCounts } from '../../examples/sensor-counts.ts';
import { Ordeal } from '../support/kafka/ordeal.ts';
import { brokers, noBroker } from '../support/kafka/suite.ts';
import { soundReadings, Traffic } from '../support/kill-traffic.ts';
import { Random } from '../support/random.ts';
import { topologies } from '../support/site-heat.ts';

const deadline_ms = 300_000;
const example = fileURLToPath(new URL('../../examples/downstream.ts', import.meta.url));

describe.skipIf(noBroker)('a consumer that knows nothing of Millrace but its header', () => {
  test('drops what killed tasks have written again, and gets everything else once', async () => {
    await using ordeal = await Ordeal.begin('../site-heat.ts', topologies, deadline_ms);
    const traffic = new Traffic(ordeal.ports.transport, new Random(5));
    await traffic.send(300);
    for (let death = 0; death < 3; death++) await ordeal.die('count-sites.flush:after:2');
    await ordeal.drain();
    const sound = soundReadings(traffic.sent).length;
    const { kept, dropped } = await consumedBy(example, ordeal.topic(siteCounts), sound);
    expect(kept).toBe(sound);
    expect(dropped).toBeGreaterThan(0);
    expect(await ordeal.read(siteCounts)).toHaveLength(sound);
  });
});

/** What the program says of a topic, until it has kept so many records. */
async function consumedBy(program: string, topic: string, wanted: number): Promise<{ kept: number; dropped: number }> {
  const child = spawn(process.execPath, [program, brokers.join(','), topic], { stdio: ['ignore', 'pipe', 'ignore'] });
  const deadline = setTimeout(() => child.kill(), deadline_ms);
  const said = { kept: 0, dropped: 0 };
  for await (const line of createInterface(child.stdout)) {
    said[line.includes('repetition') ? 'dropped' : 'kept']++;
    if (said.kept === wanted) break;
  }
  clearTimeout(deadline);
  child.kill();
  await once(child, 'close');
  return said;
}
