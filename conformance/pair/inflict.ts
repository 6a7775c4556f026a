// One step of a schedule, done by the proxy.
import type { Channel } from '../../scripts/model.ts';
import { classify } from '../harness/schemas.ts';
import type { FaultProxy } from '../proxy/index.ts';
import type { Fault } from './schedule.ts';

export function inflict(proxy: FaultProxy, channel: Channel, fault: Fault): void {
  switch (fault.do) {
    case 'cut':
      proxy.cut(fault.how);
      break;
    case 'cut-mid-frame':
      proxy.cutMidFrame(fault.direction);
      break;
    case 'half-open':
      proxy.halfOpen(fault.direction);
      break;
    case 'refuse':
      proxy.refuse(fault.how, fault.count);
      break;
    case 'accept-and-close':
      proxy.acceptAndClose(fault.code);
      break;
    case 'close':
      proxy.closeWith(fault.code);
      break;
    case 'delay':
      proxy.delay(fault.direction, fault.ms);
      break;
    case 'slice':
      proxy.slice(fault.direction, fault.bytes);
      break;
    default: {
      const { direction, count, messages } = fault;
      const all = direction === 'to-client' ? channel.serverMessages : channel.clientMessages;
      const matches = (text: string) => messages.includes(classify(channel, all, parsed(text)) ?? '');
      proxy[fault.do](direction, { count, matches });
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
