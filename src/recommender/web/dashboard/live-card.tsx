/** What the engine does at this moment. */
import { Card } from '../components/card.tsx';
import { Chart } from '../components/chart.tsx';
import { ago } from './format.ts';
import { LagTable } from './lag-table.tsx';
import { eventsPlot, eventsSummary, figuresOf } from './live-figures.ts';
import type { Dashboard } from './store.ts';

export function LiveCard({ dashboard: { figures, live, theme, time } }: { readonly dashboard: Dashboard }) {
  const samples = figures.samples.value;
  const newest = figures.newest.value;
  const away = live.connection.value === 'away';
  return (
    <Card id="live" title="Engine" aside={<p class="as-of">{asideOf(newest?.waiting, away)}</p>}>
      {away && newest !== undefined ? (
        <p class="stale" role="status">
          <span class="visually-hidden">Disconnected. </span>These figures are no longer live.
          <span aria-hidden="true"> Last heard {ago(Math.max(0, time.value - live.heardAt.value))}.</span>
        </p>
      ) : null}
      <dl class={`figures-grid ${away ? 'old' : ''}`}>
        {figuresOf(newest).map(({ name, value, meaning }) => (
          <div key={name} title={meaning}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Chart
        title="Events a second, last two minutes"
        summary={eventsSummary(samples)}
        plot={eventsPlot(samples)}
        theme={theme.theme.value}
      />
      {newest === undefined ? null : <LagTable tasks={newest.tasks} />}
    </Card>
  );
}

function asideOf(waiting: string | null | undefined, away: boolean): string {
  if (away) return 'disconnected';
  if (waiting === undefined) return 'listening';
  return waiting === null ? 'told each second' : `waits for ${waiting}`;
}
