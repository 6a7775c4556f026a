// The part of a client's tale in which its page sleeps, is put away and comes back, and more is sent than may wait.
import type { Story } from './client-story.ts';

/** Begins and ends with a client that is closed. */
export async function tellAway(story: Story): Promise<void> {
  const { face, server, page, clock, channel } = story;
  face.connect();
  await story.pass(20_000);
  // Asleep while a ping has no answer yet; then while the connection dies.
  server.beats = false;
  await story.pass(10_500);
  clock.jump(60_000);
  server.beats = true;
  await story.pass(60_000);
  server.latest.cut();
  clock.jump(3_600_000);
  await story.pass(100_000);
  // Into the back/forward cache, connected and not, and out of it.
  face.connect();
  await story.pass(20_000);
  page.fire('pagehide');
  for (let n = 0; channel.resync !== null && n < 3; n += 1) story.responder.update(story.responder.head + 1);
  await story.pass(60_000);
  page.fire('pageshow');
  await story.pass(20_000);
  server.handshake = 'refuse';
  server.latest.close(1011);
  await story.pass(2000);
  page.fire('pagehide');
  await story.pass(60_000);
  server.handshake = 'accept';
  page.fire('pageshow');
  await story.pass(20_000);
  // Few messages, and large ones.
  face.close();
  server.handshake = 'hang';
  face.connect();
  for (const message of channel.clientMessages.filter(({ reply }) => reply === null).slice(0, 1))
    for (let n = 0; n < 80; n += 1) story.send(message, false, { '/much': 'x'.repeat(600) });
  await story.pass(5000);
  server.handshake = 'accept';
  await story.pass(40_000);
  face.close();
  await story.pass(2000);
}
