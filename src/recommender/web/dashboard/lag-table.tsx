/** How far each task is behind. */
import type { Sample } from '../../api/client/live.ts';
import { count, orDash, stretch } from './format.ts';

const title = 'Lag by task';

export function LagTable({ tasks }: { readonly tasks: Sample['tasks'] }) {
  return (
    <details class="figures lag">
      <summary>{title}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <caption class="visually-hidden">{title}, the furthest behind first</caption>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col" class="number">
                Records
              </th>
              <th scope="col" class="number">
                Event time
              </th>
            </tr>
          </thead>
          <tbody>
            {tasks.map(({ task, behind, behindMs }) => (
              <tr key={task}>
                <th scope="row">{task}</th>
                <td class="number">{count(behind)}</td>
                <td class="number">{orDash(behindMs, stretch)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
