/** Processors, processes and replicas of the roles, and the network to those who ask. */
import { type Figure, valueOf } from './figure.ts';
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

const safety = 1 / busy;

export function processorFigures(shop: Settled): Figure[] {
  return [...engineFigures(shop), ...serverFigures(shop)];
}

/** Seconds of a processor that a second of the busiest minute takes. */
function workOf(shop: Settled): { readonly learning: number; readonly all: number } {
  const { peak } = ratesOf(shop);
  const size = shop.factors / measuredFactors;
  const learning = (peak.events * measured.learn_us.value * Math.max(size, size * size)) / 1e6;
  const list_us = measured.list_us.value * size * Math.max(1, shop.items / measuredItems);
  const told = valueOf(measured.records, { ...peak, seconds: 1 });
  const others =
    peak.events / measured.intake_perSecond.value +
    peak.events / measured.trends_perSecond.value +
    (told * measured.broker_sPerMillion.value) / 1e6;
  return { learning, all: learning + ((peak.lists + peak.events) * list_us) / 1e6 + others };
}

const processes = (cores: number): number => Math.max(leastProcesses, Math.ceil(cores));

function engineFigures(shop: Settled): Figure[] {
  const { learning, all } = workOf(shop);
  const { learn_us, list_us, intake_perSecond, trends_perSecond, broker_sPerMillion } = measured;
  const of = [learn_us, list_us, intake_perSecond, trends_perSecond, broker_sPerMillion];
  return [
    {
      name: 'trainCores',
      part: 'engine',
      what: 'processors of the one task that learns; not more than one can be had',
      value: learning * safety,
      unit: '',
      from: learn_us.from,
      safety,
    },
    {
      name: 'engineCores',
      part: 'engine',
      what: 'processors of all tasks together, busiest minute',
      value: all * safety,
      unit: '',
      from: of.map(({ from }) => from).join('; '),
      safety,
    },
    {
      name: 'engineProcesses',
      part: 'engine',
      what: 'processes of a processor each, no more than partitions',
      value: processes(all * safety),
      unit: '',
      from: `engineCores, ${leastProcesses} at least`,
      safety: 1,
    },
  ];
}

function serverFigures({ requestsPerSecond }: Settled): Figure[] {
  const cores = (requestsPerSecond / measured.requests_perCpuSecond.value) * safety;
  return [
    {
      name: 'serverCores',
      part: 'server',
      what: 'processors of all servers together, no answer remembered',
      value: cores,
      unit: '',
      from: measured.requests_perCpuSecond.from,
      safety,
    },
    {
      name: 'serverProcesses',
      part: 'server',
      what: 'servers of a processor each',
      value: processes(cores),
      unit: '',
      from: `serverCores, ${leastProcesses} at least`,
      safety: 1,
    },
    {
      name: 'answerBytesPerSecond',
      part: 'server',
      what: 'bytes out to who asks, without headers',
      value: requestsPerSecond * measured.answer_bytes.value,
      unit: 'bytes/s',
      from: measured.answer_bytes.from,
      safety: 1,
    },
  ];
}
