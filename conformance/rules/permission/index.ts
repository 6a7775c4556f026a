// Who may do what: membership of a room, roles, and rooms that may not be joined.
import { membershipFirst, schemaFirst } from './check-order.ts';
import { joiningRules } from './joining.ts';
import { membershipRules } from './membership.ts';
import { roleRules } from './roles.ts';

export const permissionRules = [...membershipRules, ...roleRules, ...joiningRules, schemaFirst, membershipFirst];
