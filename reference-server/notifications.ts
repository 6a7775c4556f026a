// The domain of notifications: none; the back end's own code sends them.

import { bindNotifications } from '../generated/channels/notifications/server.ts';

export const notifications = bindNotifications({ on: {} });
