/** What stands in for an item's picture. */
import { titleAndYear } from '../dashboard/format.ts';
import { lookOf } from './look.ts';
import type { Ware } from './titles.ts';

/** With its title on it. */
export function Poster({ ware }: { readonly ware: Ware }) {
  const { hue, pattern } = lookOf(ware);
  const { title, year } = titleAndYear(ware.title);
  return (
    <div class="poster" data-pattern={pattern} style={{ '--hue': `${hue}` }}>
      <h3 class={title.length > 34 ? 'name long' : 'name'}>{title}</h3>
      <p class="poster-line">
        {year === '' ? null : <span class="year">{year}</span>}{' '}
        <span class="genres">{ware.genres.slice(0, 2).join(', ')}</span>
      </p>
    </div>
  );
}

/** Small, beside a title. */
export function Stamp({ ware }: { readonly ware: Ware }) {
  const { hue, pattern } = lookOf(ware);
  return <span class="poster stamp" aria-hidden="true" data-pattern={pattern} style={{ '--hue': `${hue}` }} />;
}
