/** How good the model and its lists are: each event is predicted before it is learnt. */
import type { ModelQuality } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { Chart } from '../components/chart.tsx';
import type { Theme } from '../components/theme.ts';
import { generationWords, hitsPlot, hitsSummary, qualityFigures } from './quality-words.ts';
import type { Dashboard } from './store.ts';

export function QualityCard({ dashboard: { quality, theme } }: { readonly dashboard: Dashboard }) {
  const known = quality.quality.value;
  const aside = known.value === null || known.value === undefined ? '' : generationWords(known.value.generation);
  return (
    <Card id="quality" title="Model quality" aside={<p class="as-of">{aside}</p>}>
      <Answered known={known} again={() => quality.reload()} rows={4}>
        {value =>
          value === null ? (
            <Empty title="Nothing to judge yet">The first version comes once the first ratings are learnt.</Empty>
          ) : (
            <Quality quality={value} theme={theme.theme.value} />
          )
        }
      </Answered>
    </Card>
  );
}

const Quality = ({ quality, theme }: { readonly quality: ModelQuality; readonly theme: Theme }) => (
  <>
    <dl class="figures-grid">
      {qualityFigures(quality).map(({ name, value, meaning }) => (
        <div key={name} title={meaning}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
    {quality.lists === null || quality.lists.hitRates.all === null ? null : (
      <Chart
        title="Hits within the first places, in a hundred events"
        summary={hitsSummary(quality)}
        plot={hitsPlot(quality.lists.hitRates)}
        theme={theme}
        aside={
          <span class="legend">
            <span class="key strong" aria-hidden="true" /> warm
            <span class="key faint" aria-hidden="true" /> all
          </span>
        }
      />
    )}
  </>
);
