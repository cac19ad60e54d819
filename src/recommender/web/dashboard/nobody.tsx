/** What stands in the place of a list while there is nobody to have one. */
import type { Users } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import type { Known } from '../components/resource.ts';

interface NobodyProps {
  readonly users: Known<Users>;
  readonly again: () => void;
}

export const Nobody = ({ users, again }: NobodyProps) => (
  <Card id="nobody" title="Recommendations">
    <Answered known={users} again={again} rows={6}>
      {() => (
        <Empty title="Nobody has rated anything yet">
          Import a data set with <code>millrace import</code>, or send the first rating to <code>POST /v2/ratings</code>
          . The page goes on by itself.
        </Empty>
      )}
    </Answered>
  </Card>
);
