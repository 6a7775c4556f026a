// When what arrived is shown: with the next frame, so that a flood of messages costs one render.

/** A page that is hidden has no frames, and what is no browser neither; their state follows all the same. */
const longestFrameMs = 100;

/** Absent outside a browser. */
interface Frames {
  readonly requestAnimationFrame?: (call: () => void) => number;
  readonly cancelAnimationFrame?: (frame: number | undefined) => void;
}

/** Calls once, at the next frame or, where none comes, a tenth of a second later. */
export function nextFrame(call: () => void): void {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis as Frames;
  const once = () => {
    clearTimeout(timer);
    cancelAnimationFrame?.(frame);
    call();
  };
  const timer = setTimeout(once, longestFrameMs);
  const frame = requestAnimationFrame?.(once);
}
