// The one connection for all events of a user, shared by whoever is below the provider.
import { createClientContext } from 'wirepact/react';
import { bucketlistClient } from '../../../../generated/channels/bucketlist/client.ts';

export const [FeedProvider, useFeed] = createClientContext(bucketlistClient);
