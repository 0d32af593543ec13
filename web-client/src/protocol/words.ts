// Functions on statuses and error codes, based on tables that are generated from the Rust types of `core`.

import { NEXT_WELCOME_REJECT_CODES, OVER_STATUSES, PASSING_REJECT_CODES, STATUS_TRANSITIONS, STATUSES, type RejectCode, type Status } from './generated.ts'

const OVER: readonly Status[] = OVER_STATUSES
const PASSING: readonly RejectCode[] = PASSING_REJECT_CODES
const NEXT_WELCOME: readonly (RejectCode | 'unknown')[] = NEXT_WELCOME_REJECT_CODES

/** Whether a ticket with this status counts as finished: resolved or closed. A finished ticket can be reopened. */
export function isOver(status: Status): boolean {
  return OVER.includes(status)
}

export const ACTIVE_STATUSES: readonly Status[] = STATUSES.filter((status) => !isOver(status))

/** Returns the statuses to which staff may change a ticket with this status, in the order of the status menu. */
export function statusesAfter(status: Status): readonly Status[] {
  return STATUS_TRANSITIONS.admin[status]
}

/**
 * Returns the status changes that lead from one status to another. If the direct change is not allowed, goes through `open`, from which
 * every status can be reached.
 */
export function wayBack(from: Status, to: Status): readonly { readonly status: Status }[] {
  return statusesAfter(from).includes(to) ? [{ status: to }] : [{ status: 'open' }, { status: to }]
}

/** Whether repeating the request unchanged may succeed later. Returns true for an unknown code, which a newer server may send. */
export function isPassing(code: RejectCode | 'unknown'): boolean {
  return code === 'unknown' || PASSING.includes(code)
}

/**
 * Whether repeating the request unchanged may succeed after the next `welcome` (the server sends this frame when a connection goes live). A
 * server of another build may send that `welcome` and accept the request.
 */
export function endsWithConnection(code: RejectCode | 'unknown'): boolean {
  return NEXT_WELCOME.includes(code)
}
