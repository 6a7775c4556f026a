// x-ws-delivery: who receives a server message.
import type { Delivery, DeliveryWord } from '../model.ts';
import { isObject, needChoice, readFact } from './read.ts';
import type { Value } from './value.ts';

export const deliveryWords = [
  'direct',
  'room',
  'others',
  'other-users',
  'user',
  'everyone',
] as const satisfies readonly DeliveryWord[];

export function parseDelivery(value: Value): Delivery | null {
  if (!isObject(value)) return null;
  const to = needChoice(value, 'to', deliveryWords);
  return to === undefined ? null : { to, ...readFact(value) };
}
