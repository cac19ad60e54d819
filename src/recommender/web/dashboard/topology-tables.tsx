/** What the nodes and the tasks of a topology do, as tables. */
import type { RunningTopologies } from '../../api/client/client.ts';
import { clock, count, day, orDash, rate, span, stretch } from './format.ts';
import type { RunningTopology } from './topology-layout.ts';
import { kindOf, nameOf, type NodeRates, stateOf, taskRate } from './topology-words.ts';

interface StepTableProps {
  readonly topology: RunningTopology;
  readonly rates: ReadonlyMap<string, NodeRates>;
}

export const StepTable = ({ topology, rates }: StepTableProps) => (
  <div class="scroll" tabIndex={0} role="region" aria-label={`Steps of ${topology.name}`}>
    <table>
      <caption>Steps, and what they read and write; a second, and since this process began</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Kind</th>
          {['In/s', 'Out/s', 'Late', 'Errors', 'Time'].map(head => (
            <th key={head} scope="col" class="number">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {topology.nodes.map(node => (
          <tr key={node.node}>
            <th scope="row">{nameOf(node.node)}</th>
            <td>{kindOf(topology, node.node)}</td>
            <td class="number">{orDash(rates.get(node.node)?.in, rate)}</td>
            <td class="number">{orDash(rates.get(node.node)?.out, rate)}</td>
            <td class="number">{count(node.late)}</td>
            <td class="number">{count(node.errors)}</td>
            <td class="number">{orDash(node.mean_ms, micros)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** A step takes microseconds for a value, mostly. */
const micros = (ms: number): string => (ms < 1 ? `${Math.round(ms * 1_000)} µs` : span(ms));

interface TaskTableProps {
  readonly topology: RunningTopology;
  readonly now: RunningTopologies;
  readonly before: RunningTopologies | undefined;
}

export const TaskTable = ({ topology, now, before }: TaskTableProps) => (
  <div class="scroll" tabIndex={0} role="region" aria-label={`Tasks of ${topology.name}`}>
    <table>
      <caption>Tasks: how fast, how far behind, and the event time that each has reached</caption>
      <thead>
        <tr>
          <th scope="col">Task</th>
          {['Records/s', 'Lag', 'Lag in time', 'Event time'].map(head => (
            <th key={head} scope="col" class="number">
              {head}
            </th>
          ))}
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {topology.tasks.map(task => (
          <tr key={task.task}>
            <th scope="row">{task.task}</th>
            <td class="number">{orDash(taskRate(task, now, before), rate)}</td>
            <td class="number">{count(task.behind)}</td>
            <td class="number">{orDash(task.behindMs, stretch)}</td>
            <td class="number">{orDash(task.watermark, moment)}</td>
            <td>{stateOf(task, now.at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const moment = (ms: number): string => `${day(ms)}, ${clock(ms)}`;
