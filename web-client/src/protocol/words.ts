// Questions about core's words, answered from its generated tables.

import { NEXT_WELCOME_REJECT_CODES, OVER_STATUSES, PASSING_REJECT_CODES, STATUS_TRANSITIONS, STATUSES, type RejectCode, type Status } from './generated.ts'

const OVER: readonly Status[] = OVER_STATUSES
const PASSING: readonly RejectCode[] = PASSING_REJECT_CODES
const NEXT_WELCOME: readonly (RejectCode | 'unknown')[] = NEXT_WELCOME_REJECT_CODES

/** Whether a ticket is over for now. */
export function isOver(status: Status): boolean {
  return OVER.includes(status)
}

export const ACTIVE_STATUSES: readonly Status[] = STATUSES.filter((status) => !isOver(status))

/** Where staff may take a ticket from there, in the order of a menu. */
export function statusesAfter(status: Status): readonly Status[] {
  return STATUS_TRANSITIONS.admin[status]
}

/** Not every status can follow upon every other at once; from open, each can. */
export function wayBack(from: Status, to: Status): readonly { readonly status: Status }[] {
  return statusesAfter(from).includes(to) ? [{ status: to }] : [{ status: 'open' }, { status: to }]
}

/** Whether the same request may succeed later, unchanged. A code of a newer server is given that chance. */
export function isPassing(code: RejectCode | 'unknown'): boolean {
  return code === 'unknown' || PASSING.includes(code)
}

/** Whether the same request may succeed, unchanged, after the next `welcome`: from a server of another build. */
export function endsWithConnection(code: RejectCode | 'unknown'): boolean {
  return NEXT_WELCOME.includes(code)
}
