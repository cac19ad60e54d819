/** Which policies' lists were shown, who followed them, and how the arms of an experiment compare. */
import type { Experiment } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { differenceWords, policyRows } from './experiment-words.ts';
import { count, orDash } from './format.ts';
import { percent } from './quality-words.ts';
import type { Dashboard } from './store.ts';

export function ExperimentCard({ dashboard: { quality } }: { readonly dashboard: Dashboard }) {
  const known = quality.experiment.value;
  const aside = known.value?.isRunning === true ? 'experiment runs' : 'no experiment';
  return (
    <Card id="experiment" title="Lists shown" aside={<p class="as-of">{known.value === undefined ? '' : aside}</p>}>
      <Answered known={known} again={() => quality.reload()} rows={3}>
        {value =>
          policyRows(value).length === 0 ? (
            <Empty title="No list was shown yet">What pages report is counted here.</Empty>
          ) : (
            <Policies experiment={value} />
          )
        }
      </Answered>
    </Card>
  );
}

const Policies = ({ experiment }: { readonly experiment: Experiment }) => (
  <>
    <table class="policies">
      <caption>
        Followed by a rating or an order of a shown film within {experiment.withinHours} h
        {experiment.isRunning ? '; users with the interval at 95 %' : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col" class="number">
            Lists
          </th>
          <th scope="col" class="number">
            Users
          </th>
          <th scope="col" class="number">
            Followed
          </th>
          <th scope="col" class="number">
            nDCG@10
          </th>
          {experiment.isRunning ? (
            <th scope="col" class="number">
              RMSE
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {policyRows(experiment).map(({ policy, share, lists, users, followed, interval, ndcg10, rmse }) => (
          <tr key={policy}>
            <th scope="row">
              {policy} <span class="year">{share}</span>
            </th>
            <td class="number">{count(lists)}</td>
            <td class="number">{count(users)}</td>
            <td class="number">
              {orDash(followed, percent)} <span class="year">{interval}</span>
            </td>
            <td class="number">{orDash(ndcg10, value => value.toFixed(3))}</td>
            {experiment.isRunning ? <td class="number">{orDash(rmse, value => value.toFixed(3))}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
    {experiment.isRunning ? <p class="difference">{differenceWords(experiment.difference)}</p> : null}
  </>
);
