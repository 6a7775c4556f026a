// Who receives what: exact receiver sets, counts and orders.
import { receivers } from './receivers.ts';

export const deliveryRules = [receivers];
