/** What is rated most in a window; a film's row opens its days. */
import type { TrendWindow } from '../../api/client/client.ts';
import { Answered, Card } from '../components/card.tsx';
import { FilmDays } from './film-days.tsx';
import type { Dashboard } from './store.ts';
import { TrendsTable } from './trends-table.tsx';
import type { TrendsStore } from './trends-store.ts';

export function TrendsCard({ dashboard: { trends, theme } }: { readonly dashboard: Dashboard }) {
  return (
    <Card id="trends" title="Trends" aside={<Windows trends={trends} />}>
      <Answered known={trends.board.value} again={() => trends.reload()} rows={8}>
        {board => <TrendsTable board={board} chosen={trends.chosen.value} choose={id => trends.choose(id)} />}
      </Answered>
      {trends.chosen.value === undefined ? null : (
        <FilmDays trends={trends} itemId={trends.chosen.value} theme={theme.theme.value} />
      )}
    </Card>
  );
}

const windows: readonly (readonly [TrendWindow, string])[] = [
  ['hourly', 'Hour'],
  ['daily', 'Day'],
];

const Windows = ({ trends }: { readonly trends: TrendsStore }) => (
  <fieldset class="segments">
    <legend class="visually-hidden">Window</legend>
    {windows.map(([window, word]) => (
      <label key={window} class={trends.window.value === window ? 'on' : ''}>
        <input
          type="radio"
          name="window"
          value={window}
          checked={trends.window.value === window}
          onChange={() => trends.switchTo(window)}
        />
        {word}
      </label>
    ))}
  </fieldset>
);
