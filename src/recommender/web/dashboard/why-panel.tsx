/** Why a film is in the list, as figures and bars; and films like it. */
import type { ItemList, Why } from '../../api/client/client.ts';
import { Bar } from '../components/bar.tsx';
import { Answered } from '../components/card.tsx';
import type { DetailsStore } from './details-store.ts';
import { titleAndYear } from './format.ts';
import { shares } from './list-words.ts';
import { alikeTitle, contributionOf, didOf, othersOf, whySummary } from './why-words.ts';

export const WhyPanel = ({ details, name }: { readonly details: DetailsStore; readonly name: string }) => (
  <div class="why" role="group" aria-label={`Why ${name}`}>
    <Answered known={details.why.value} again={() => details.askWhy()} rows={4}>
      {why => <Reasons why={why} />}
    </Answered>
    <Answered known={details.similar.value} again={() => details.askSimilar()} rows={1}>
      {list => <Alike list={list} />}
    </Answered>
  </div>
);

function Reasons({ why }: { readonly why: Why }) {
  if (why.contributions.length === 0) return <p>{othersOf(why)}</p>;
  const bars = shares(why.contributions.map(({ contribution }) => contribution));
  return (
    <table class="why-table">
      <caption>{whySummary(why)}</caption>
      <thead>
        <tr>
          <th scope="col">Because of</th>
          <th scope="col">What was done</th>
          <th scope="col" class="wide">
            <span class="visually-hidden">Share</span>
          </th>
          <th scope="col" class="number">
            Adds
          </th>
        </tr>
      </thead>
      <tbody>
        {why.contributions.map((item, place) => (
          <tr key={item.itemId}>
            <th scope="row">{titleAndYear(item.title).title}</th>
            <td>{didOf(item.events)}</td>
            <td>
              <Bar share={bars[place] ?? 0} />
            </td>
            <td class="number">{contributionOf(item.contribution)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What stands in for likeness where there is none is not called alike. */
function Alike({ list }: { readonly list: ItemList }) {
  const alike = list.items.filter(({ reason }) => reason === 'similar');
  if (alike.length === 0) return null;
  return (
    <p class="alike">
      <span class="alike-title">{alikeTitle(list)}</span>{' '}
      {alike.map(({ title }) => titleAndYear(title).title).join(' · ')}
    </p>
  );
}
