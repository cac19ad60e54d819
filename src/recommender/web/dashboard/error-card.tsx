/** How wrong the model was about each event before it learnt it. */
import { Answered, Card, Empty } from '../components/card.tsx';
import { Chart } from '../components/chart.tsx';
import { errorPlot, errorSummary } from './live-figures.ts';
import type { Dashboard } from './store.ts';

export function ErrorCard({ dashboard: { figures, theme } }: { readonly dashboard: Dashboard }) {
  const versions = figures.versions.value;
  const newest = versions.at(-1);
  return (
    <Card
      id="error"
      title="Model error"
      aside={<p class="as-of">{newest === undefined ? '' : `model ${newest.version}`}</p>}
    >
      <Answered known={figures.history.value} again={() => figures.reload()} rows={3}>
        {() =>
          newest === undefined ? (
            <Empty title="No model yet">The first version comes once the first ratings are learnt.</Empty>
          ) : (
            <Chart
              title="Stars off (RMSE), before each event is learnt"
              summary={errorSummary(versions)}
              plot={errorPlot(versions)}
              theme={theme.theme.value}
              aside={<Legend />}
            />
          )
        }
      </Answered>
    </Card>
  );
}

const Legend = () => (
  <span class="legend">
    <span class="key strong" aria-hidden="true" /> newest
    <span class="key faint" aria-hidden="true" /> all
  </span>
);
