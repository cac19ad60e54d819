/** The topologies as they run: one at a time, as a graph and as tables. */
import { Answered, Card, Empty } from '../components/card.tsx';
import type { RunningTopologies } from '../../api/client/client.ts';
import type { Dashboard } from './store.ts';
import { TopologyGraph } from './topology-graph.tsx';
import type { RunningTopology } from './topology-layout.ts';
import { StepTable, TaskTable } from './topology-tables.tsx';
import { ratesOf } from './topology-words.ts';

export function TopologyCard({ dashboard: { topologies, live } }: { readonly dashboard: Dashboard }) {
  const known = topologies.topologies.value;
  const away = live.connection.value === 'away';
  const choices = known.value?.topologies ?? [];
  const shown = choices.find(({ name }) => name === topologies.chosen.value) ?? choices[0];
  return (
    <Card
      id="topologies"
      title="Topologies"
      aside={
        <Choice
          names={choices.map(({ name }) => name)}
          shown={shown?.name}
          choose={name => (topologies.chosen.value = name)}
        />
      }
    >
      <Answered known={known} again={() => topologies.reload()} rows={4}>
        {now =>
          shown === undefined ? (
            <Empty title="No topologies">This server was told of none.</Empty>
          ) : (
            <Running topology={shown} now={now} before={topologies.before.value} away={away} />
          )
        }
      </Answered>
    </Card>
  );
}

interface ChoiceProps {
  readonly names: readonly string[];
  readonly shown: string | undefined;
  readonly choose: (name: string) => void;
}

const Choice = ({ names, shown, choose }: ChoiceProps) =>
  names.length === 0 ? null : (
    <label class="topology-choice">
      <span class="visually-hidden">Topology</span>
      <select value={shown} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {names.map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );

interface RunningProps {
  readonly topology: RunningTopology;
  readonly now: RunningTopologies;
  readonly before: RunningTopologies | undefined;
  readonly away: boolean;
}

function Running({ topology, now, before, away }: RunningProps) {
  const rates = ratesOf(topology.name, now, before);
  const isHere = topology.tasks.some(({ here }) => here);
  return (
    <div class={`topology ${away ? 'old' : ''}`}>
      {away ? (
        <p class="stale" role="status">
          Disconnected: the figures are of when the server was last heard.
        </p>
      ) : null}
      {isHere ? null : (
        <p class="stopped" role="status">
          Stopped here: no task of it runs in this process. How far its tasks are behind is read off the log.
        </p>
      )}
      <TopologyGraph topology={topology} rates={rates} />
      {isHere ? <StepTable topology={topology} rates={rates} /> : null}
      <TaskTable topology={topology} now={now} before={before} />
    </div>
  );
}
