// Who receives what: exact receiver sets, counts and orders.
import { idsDiffer, sameIdForAll } from './ids.ts';
import { sameOrder, senderOrder } from './order.ts';
import { published, publishedToSeveral } from './published.ts';
import { receivers } from './receivers.ts';
import { joinedTwice, leftAndBack, othersAfterEnd, roomsIsolated, unjoinedGetsNothing } from './rooms.ts';
import { namesItsRoom, textUnchanged } from './unchanged.ts';
import { directNotBroadcastInside, directWithoutMembership, storedBeforeSent } from './unjoined.ts';
import { welcome, welcomeAgain, welcomeLists } from './welcome.ts';

export const deliveryRules = [
  receivers,
  sameOrder,
  senderOrder,
  roomsIsolated,
  unjoinedGetsNothing,
  joinedTwice,
  leftAndBack,
  othersAfterEnd,
  published,
  publishedToSeveral,
  welcome,
  welcomeAgain,
  welcomeLists,
  directWithoutMembership,
  directNotBroadcastInside,
  storedBeforeSent,
  textUnchanged,
  namesItsRoom,
  sameIdForAll,
  idsDiffer,
];
