import { expect, test } from 'vitest';
import { stableText } from './stable-text.ts';

test.each([
  ['ends after 1487 ms', 'ends after … ms'],
  ['8418.5 KiB were sent', '… KiB were sent'],
  ['ws://127.0.0.1:43807/x?y', 'ws://127.0.0.1…/x?y'],
  ['{"at":"2026-11-21T14:04:12.328Z"}', '{"at":"…"}'],
  ['id baf05adc-d07b-49f8-8000-0123456789ab', 'id …'],
  ['nothing of room Room-0beafb9c-459 in room-0beafb9c-459', 'nothing of room … in …'],
  ['text m-489028d3095b', 'text …'],
])('%s', (text, stable) => {
  expect(stableText(text)).toBe(stable);
});

test.each([
  'closed with 4001',
  '[3,4,5,6]',
  'a well-known fence-post',
  'HTTP 400 or 426',
  'rate-limited twice',
  '20 messages',
])('%s stays', (text) => expect(stableText(text)).toBe(text));
