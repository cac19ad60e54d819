import { exactArithmetic } from './exact-arithmetic.ts';
import { noAmbient } from './no-ambient.ts';
import { noBareSubscriber } from './no-bare-subscriber.ts';
import { noHiddenState } from './no-hidden-state.ts';
import { statelessOperators } from './stateless-operators.ts';

/** Oxlint's plugin `millrace`: the rules of DESIGN.md that no general linter knows. */
export default {
  meta: { name: 'millrace' },
  rules: {
    'exact-arithmetic': exactArithmetic,
    'no-ambient': noAmbient,
    'no-bare-subscriber': noBareSubscriber,
    'no-hidden-state': noHiddenState,
    'stateless-operators': statelessOperators,
  },
};
