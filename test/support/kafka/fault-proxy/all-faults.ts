/** Every fault that a client has to get over by itself, by whom it concerns. */
import type { ApiName } from './apis.ts';
import { type ConnectionFault, errors, type Fault } from './faults.ts';

export const refuse = (code: keyof typeof errors): Fault => ({ kind: 'refuse', code: errors[code] });
const misreport = (code: keyof typeof errors): Fault => ({ kind: 'misreport', code: errors[code] });
const never: Promise<void> = new Promise(() => {});
export const throttle: Fault = { kind: 'throttle', ms: 100 };
export const empty: Fault = { kind: 'empty' };
export const truncate: Fault = { kind: 'truncate' };
export const lose: Fault = { kind: 'lose' };
const hold: Fault = { kind: 'hold', until: never };
const misdirect: Fault = { kind: 'misdirect' };

/** Whatever concerns who appends; each is got over within one call. */
export const appendFaults: readonly (readonly [ApiName, Fault])[] = [
  ['produce', refuse('UNKNOWN')],
  ['produce', refuse('NOT_LEADER_OR_FOLLOWER')],
  ['produce', refuse('REQUEST_TIMED_OUT')],
  ['produce', refuse('NOT_ENOUGH_REPLICAS')],
  ['produce', refuse('KAFKA_STORAGE_ERROR')],
  ['produce', misreport('UNKNOWN')],
  ['produce', misreport('REQUEST_TIMED_OUT')],
  ['produce', misreport('NOT_ENOUGH_REPLICAS_AFTER_APPEND')],
  ['produce', throttle],
  ['produce', truncate],
  ['produce', lose],
  ['produce', hold],
  ['initProducerId', refuse('COORDINATOR_LOAD_IN_PROGRESS')],
  ['initProducerId', refuse('UNKNOWN')],
  ['initProducerId', misreport('COORDINATOR_NOT_AVAILABLE')],
  ['metadata', misreport('LEADER_NOT_AVAILABLE')],
  ['metadata', misdirect],
];

/** Whatever concerns who reads. */
export const readFaults: readonly (readonly [ApiName, Fault])[] = [
  ['fetch', refuse('UNKNOWN')],
  ['fetch', refuse('NOT_LEADER_OR_FOLLOWER')],
  ['fetch', refuse('KAFKA_STORAGE_ERROR')],
  ['fetch', misreport('UNKNOWN')],
  ['fetch', throttle],
  ['fetch', empty],
  ['fetch', truncate],
  ['fetch', lose],
  ['fetch', hold],
  ['listOffsets', refuse('UNKNOWN')],
  ['listOffsets', refuse('NOT_LEADER_OR_FOLLOWER')],
  ['listOffsets', lose],
  ['listOffsets', truncate],
  ['metadata', misreport('LEADER_NOT_AVAILABLE')],
  ['metadata', misdirect],
  ['metadata', lose],
  ['metadata', truncate],
];

export const groupFaults: readonly (readonly [ApiName, Fault])[] = [
  ['findCoordinator', refuse('COORDINATOR_NOT_AVAILABLE')],
  ['findCoordinator', misdirect],
  ['findCoordinator', truncate],
  ['offsetCommit', refuse('NOT_COORDINATOR')],
  ['offsetCommit', refuse('COORDINATOR_LOAD_IN_PROGRESS')],
  ['offsetCommit', misreport('UNKNOWN')],
  ['offsetCommit', lose],
  ['offsetFetch', refuse('NOT_COORDINATOR')],
  ['offsetFetch', lose],
];

export const connectionFaults: readonly ConnectionFault[] = [
  { kind: 'slow', ms: 200 },
  { kind: 'reset' },
  { kind: 'cut', afterBytes: 10 },
  { kind: 'cut', afterBytes: 500 },
];
