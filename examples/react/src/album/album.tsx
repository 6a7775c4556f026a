// An album that everybody shares: whoever adds, likes or removes a photo changes it for all.
import { useBucketlist } from '../../../../generated/channels/bucketlist/react.ts';
import { ConnectionBanner, ConnectionDot } from '../indicator.tsx';
import type { Session } from '../session.ts';
import { usePhotosWithWebSocket } from './use-photos-with-web-socket.ts';

export function Album({ session, albumId }: { session: Session; albumId: string }) {
  const feed = useBucketlist();
  const { photos, isLoading, isError, refetch } = usePhotosWithWebSocket(session, albumId);
  const ask = (method: string, path = '') =>
    void session.call(`albums/${albumId}/photos${path}`, { method }).catch(() => refetch());

  return (
    <section className="card album" aria-label="Album">
      <header className="card-head">
        <h2>{albumId}</h2>
        <ConnectionDot client={feed} />
        <button type="button" onClick={() => ask('POST')}>
          Add a photo
        </button>
      </header>
      <ConnectionBanner client={feed} />
      {isLoading && <p className="empty">Loading …</p>}
      {isError && (
        <p className="problem">
          The photos could not be had.{' '}
          <button type="button" className="quiet" onClick={() => void refetch()}>
            Try again
          </button>
        </p>
      )}
      <ul className="photos">
        {photos.map(({ id, title, hue, likes }) => (
          <li key={id} className="photo" style={{ '--hue': hue } as React.CSSProperties}>
            <div className="picture" role="img" aria-label={title} />
            <div className="caption">
              <span>{title}</span>
              <button
                type="button"
                className="quiet"
                aria-label={`Like ${title}`}
                onClick={() => ask('POST', `/${id}/like`)}
              >
                ♥ {likes}
              </button>
              <button
                type="button"
                className="quiet"
                aria-label={`Remove ${title}`}
                onClick={() => ask('DELETE', `/${id}`)}
              >
                ✕
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
