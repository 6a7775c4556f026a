// The photos of an album: fetched once, kept fresh by events, and fetched again where events may have been missed.
import { useCallback, useEffect, useState } from 'react';
import { useBucketlistStatus, useBucketlistSubscription } from '../../../../generated/channels/bucketlist/react.ts';
import type { StoredPhoto } from '../../backend-albums.ts';
import type { Session } from '../session.ts';

export function usePhotosWithWebSocket(session: Session, albumId: string) {
  const { isAuthenticated } = useBucketlistStatus();
  const [photos, setPhotos] = useState<readonly StoredPhoto[]>([]);
  const [status, setStatus] = useState<'loading' | 'error' | 'ready'>('loading');

  const refetch = useCallback(
    () =>
      session.call<readonly StoredPhoto[]>(`albums/${albumId}/photos`).then(
        (all) => {
          setPhotos(all);
          setStatus('ready');
        },
        () => setStatus('error'),
      ),
    [session, albumId],
  );
  // Now, and whenever a connection is ready again: events are not replayed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the connection decides when
  useEffect(() => void refetch(), [refetch, isAuthenticated]);

  const change = (album: unknown, next: (all: readonly StoredPhoto[]) => readonly StoredPhoto[]) => {
    if (album === albumId) setPhotos(next);
  };
  useBucketlistSubscription('PHOTO_UPLOADED', ({ album_id, data }) =>
    change(album_id, (all) => [...all.filter(({ id }) => id !== data.id), data as StoredPhoto]),
  );
  useBucketlistSubscription('PHOTO_UPDATED', ({ album_id, data }) =>
    change(album_id, (all) =>
      all.map((photo) => (photo.id === data.id ? { ...photo, ...(data as StoredPhoto) } : photo)),
    ),
  );
  useBucketlistSubscription('PHOTO_DELETED', ({ album_id, data }) =>
    change(album_id, (all) => all.filter(({ id }) => id !== data.id)),
  );
  return { photos, isLoading: status === 'loading', isError: status === 'error', refetch };
}
