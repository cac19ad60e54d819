/** The five steps of an order's way, each lit when it is done, with the time since the click. */
import { Card, Empty } from '../components/card.tsx';
import { latencyOf, type Loop, steps } from './loop.ts';
import type { Shop } from './store.ts';

export function LoopCard({ shop }: { readonly shop: Shop }) {
  const loop = shop.loop.loop.value;
  return (
    <Card id="loop" title="The way of your order">
      {loop === undefined ? (
        <Empty title="No order is on its way">
          Order something, and see it stored, read from the change feed, learnt, and come back as recommendations.
        </Empty>
      ) : (
        <Steps loop={loop} />
      )}
    </Card>
  );
}

function Steps({ loop }: { readonly loop: Loop }) {
  const next = steps.find(({ id }) => loop.done[id] === undefined)?.id;
  return (
    <>
      <ol class="steps" aria-label={loop.what}>
        {steps.map(({ id, name, meaning }) => {
          const latency = latencyOf(loop, id);
          const state = latency !== undefined ? 'done' : id === next && loop.failure === undefined ? 'now' : 'later';
          return (
            <li key={id} class={`step ${state}`} data-step={id} data-state={state}>
              <span class="dot" aria-hidden="true" />
              <span class="step-name">
                {name}
                <span class="visually-hidden">{words[state]}</span>
              </span>
              <span class="step-time">{latency === undefined ? '' : `${Math.round(latency)} ms`}</span>
              <span class="step-meaning">{meaning}</span>
            </li>
          );
        })}
      </ol>
      {loop.failure === undefined ? null : (
        <div class="failed" role="alert">
          <p>{loop.failure}</p>
        </div>
      )}
    </>
  );
}

const words = { done: ', done', now: ', under way', later: ', not yet' } as const;
