// Shows the life of a channel's connections as sequence diagrams.
import type { Channel } from '../../model.ts';
import { type Content, type Html, html } from './html.ts';
import { beating, connecting, ending, refused, returning } from './life-connection.ts';
import { asking, delivering } from './life-messages.ts';
import { sequence } from './sequence.ts';

export function lifeSection(channel: Channel): Content {
  const scenes = [connecting, refused, beating, asking, ending, returning];
  return html`<div class=g>${scenes.map((scene) => sequence(scene(channel)))}</div>`;
}

/** For each delivery word of the channel, a message and who receives it. */
export function deliveryDiagram(channel: Channel): Html | undefined {
  return sequence(delivering(channel));
}
