// Who else came while this page was open, and what everyone should know.
import { useBucketlistLastMessage, useBucketlistState } from '../../../../generated/channels/bucketlist/react.ts';
import { everyone, type Person } from '../../backend-people.ts';
import { Avatar } from '../avatar.tsx';

export function Presence({ me }: { me: Person }) {
  const [online] = useBucketlistState([] as readonly string[], {
    USER_PRESENCE_CONNECTED: (ids, { data }) => [...ids.filter((id) => id !== String(data.user_id)), `${data.user_id}`],
    USER_PRESENCE_DISCONNECTED: (ids, { data }) => ids.filter((id) => id !== String(data.user_id)),
  });
  const notice = useBucketlistLastMessage('SYSTEM_NOTIFICATION');
  const people = everyone.filter(({ id }) => id !== me.id && online.includes(id));
  return (
    <div className="presence">
      {notice && <output className="notice">{notice.data.message}</output>}
      {people.map(({ id, name }) => (
        <span key={id} title={`${name} is here`}>
          <Avatar name={name} />
        </span>
      ))}
    </div>
  );
}
