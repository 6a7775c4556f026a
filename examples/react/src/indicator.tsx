// Tells that a connection is away, what is being done about it, and lets people try at once.
import { useEffect, useState } from 'react';
import type { Client } from 'wirepact/client';
import { type ConnectionState, useConnectionIndicator } from 'wirepact/react';

type Watched = Pick<Client, 'state' | 'subscribe' | 'connect'>;

const words: { readonly [S in ConnectionState]: string } = {
  connected: 'Just a moment …',
  connecting: 'Connecting …',
  reconnecting: 'Connection lost. Trying again …',
  disconnected: 'Not connected.',
  failed: 'The connection could not be kept.',
};

/** A banner above a room; nothing while all is well. */
export function ConnectionBanner({ client }: { client: Watched }) {
  const { showIndicator, status, retryAt, error } = useConnectionIndicator(client, 800);
  if (!showIndicator) return null;
  return (
    <output className="banner" data-status={status}>
      <span className="pulse" aria-hidden="true" />
      <span>
        {words[status]} {error?.reason === 'stop-code' && `Code ${error.code}.`}
        {retryAt !== undefined && <Countdown until={retryAt} />}
      </span>
      {(status === 'failed' || status === 'disconnected' || retryAt !== undefined) && (
        <button type="button" onClick={client.connect}>
          Try now
        </button>
      )}
    </output>
  );
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((until - now) / 1000);
  return seconds > 0 ? <>In {seconds} s.</> : null;
}

/** A dot and a word, always there. */
export function ConnectionDot({ client }: { client: Watched }) {
  const { state, isAuthenticated } = useConnectionIndicator(client);
  const shown = state === 'connected' && !isAuthenticated ? 'connecting' : state;
  return (
    <span className="dot" data-status={shown}>
      {shown}
    </span>
  );
}
