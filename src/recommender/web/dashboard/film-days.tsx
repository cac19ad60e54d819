/** How often a film was rated, day by day. */
import { Answered, Empty } from '../components/card.tsx';
import { Chart } from '../components/chart.tsx';
import type { Theme } from '../components/theme.ts';
import { many } from './format.ts';
import { daysPlot } from './live-figures.ts';
import type { TrendsStore } from './trends-store.ts';

interface FilmDaysProps {
  readonly trends: TrendsStore;
  readonly itemId: string;
  readonly theme: Theme;
}

export const FilmDays = ({ trends, itemId, theme }: FilmDaysProps) => (
  <div class="film-days">
    <Answered known={trends.days.value} again={() => trends.reloadDays(itemId)} rows={3}>
      {({ title, windows }) =>
        windows.length === 0 ? (
          <Empty title={title}>No day of it is kept.</Empty>
        ) : (
          <Chart
            title={title}
            summary={`${many(windows.length, 'day')} with ratings.`}
            plot={daysPlot(windows)}
            theme={theme}
          />
        )
      }
    </Answered>
  </div>
);
