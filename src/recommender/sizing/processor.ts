/** Processors, processes and replicas of the roles, and the network to those who ask. */
import type { Figure } from './figure.ts';
import { valueOf } from './figure.ts';
import type { Settled } from './load.ts';
import { measured } from './measured.ts';
import { ratesOf } from './rates.ts';

/** Share of a processor that is to be busy in the busiest minute: lists shall stay fresh, and a takeover needs room. */
const busy = 0.6;
/** One may end while another goes on. */
const leastProcesses = 2;
/** Of the shop that lists were measured on: their time grows with the items. */
const measuredItems = 3_706;
const measuredFactors = 64;

export function processorFigures(shop: Settled): Figure[] {
  const { peak } = ratesOf(shop);
  const size = shop.factors / measuredFactors;
  const learning = (peak.events * measured.learn_us.value * Math.max(size, size * size)) / 1e6;
  const listing =
    ((peak.lists + peak.events) * measured.list_us.value * size * Math.max(1, shop.items / measuredItems)) / 1e6;
  const told = valueOf(measured.records, { ...peak, seconds: 1 });
  const others =
    peak.events / measured.intake_perSecond.value +
    peak.events / measured.trends_perSecond.value +
    (told * measured.broker_sPerMillion.value) / 1e6;
  const engine = (learning + listing + others) / busy;
  const server = shop.requestsPerSecond / measured.requests_perCpuSecond.value / busy;
  const processes = (cores: number): number => Math.max(leastProcesses, Math.ceil(cores));
  const engineFrom = [
    measured.learn_us,
    measured.list_us,
    measured.intake_perSecond,
    measured.trends_perSecond,
    measured.broker_sPerMillion,
  ]
    .map(({ from }) => from)
    .join('; ');
  const safety = 1 / busy;
  return [
    {
      name: 'trainCores',
      part: 'engine',
      what: 'processors of the one task that learns; not more than one can be had',
      value: learning / busy,
      unit: '',
      from: measured.learn_us.from,
      safety,
    },
    {
      name: 'engineCores',
      part: 'engine',
      what: 'processors of all tasks together, busiest minute',
      value: engine,
      unit: '',
      from: engineFrom,
      safety,
    },
    {
      name: 'engineProcesses',
      part: 'engine',
      what: 'processes of a processor each, no more than partitions',
      value: processes(engine),
      unit: '',
      from: `engineCores, ${leastProcesses} at least`,
      safety: 1,
    },
    {
      name: 'serverCores',
      part: 'server',
      what: 'processors of all servers together, no answer remembered',
      value: server,
      unit: '',
      from: measured.requests_perCpuSecond.from,
      safety,
    },
    {
      name: 'serverProcesses',
      part: 'server',
      what: 'servers of a processor each',
      value: processes(server),
      unit: '',
      from: `serverCores, ${leastProcesses} at least`,
      safety: 1,
    },
    {
      name: 'answerBytesPerSecond',
      part: 'server',
      what: 'bytes out to who asks, without headers',
      value: shop.requestsPerSecond * measured.answer_bytes.value,
      unit: 'bytes/s',
      from: measured.answer_bytes.from,
      safety: 1,
    },
  ];
}
