/** What the model of a shop takes, in a process of its own: model.ts USERS ITEMS RATINGS FACTORS */
import { collect } from '../collect.ts';
import { Model, trainGeneration } from '../../../src/als/index.ts';
import { asInteraction } from '../../../src/recommender/domain/interaction.ts';
import { kernelOf } from '../als/kernel.ts';
import type { Shape } from '../als/synthetic.ts';
import { ratingsOf } from './fill.ts';

const [users = 1_000, items = 1_000, ratings = 25_000, factors = 50] = process.argv.slice(2).map(Number);
const cut = 10_000;

/** Of heap and array buffers, after a collection; the kernel's memory is among the latter. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

using kernel = kernelOf(1);
// Code is compiled, and memory reserved, before it counts.
trained({ users: 200, items: 200, ratings: 2_000 });
const before = held();
const model = trained({ users, items, ratings });
const memory = held() - before;
let checkpoint = 0;
for (const { key, write } of model.rows()) checkpoint += Buffer.byteLength(key) + Buffer.byteLength(write());
console.log(JSON.stringify({ memory, checkpoint }));

function trained(shop: Shape): Model {
  const made = new Model({ factors }, { kernel });
  let events: ReturnType<typeof asInteraction>[] = [];
  const note = (): void => {
    made.note(events.flatMap(event => event ?? []));
    events = [];
  };
  for (const rating of ratingsOf(shop)) if (events.push(asInteraction(rating)) === cut) note();
  note();
  made.beginBase();
  made.adopt(trainGeneration(made.freeze(), { kernel, settings: { sweeps: 2 } }), { generation: 1 });
  return made;
}
