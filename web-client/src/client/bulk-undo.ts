// Undoes a bulk change: restores the value that each ticket had before the change, unless the ticket is known to have changed again since
// the bulk change. Pure functions.

import type { BulkPatch, TicketPatch } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { wayBack } from '../protocol/words.ts'

/** Returns the tickets that the patch really changes, in their state before the patch. `me` is the id of the person who makes the bulk change. */
export function changedBy({ status, priority, assigned_to }: TicketPatch, before: readonly StaffView[], me: string): readonly StaffView[] {
  if (assigned_to !== undefined) return before.filter((one) => one.assigned_to?.id !== (assigned_to === 'me' ? me : assigned_to))
  return before.filter((one) => (status === undefined ? one.priority !== priority : one.status !== status))
}

/**
 * Returns the requests that undo `patch`, in the order in which to send them. `before` contains the tickets in their state before the patch; `now`
 * returns a ticket's newest known state.
 */
export function undoOf(patch: TicketPatch, before: readonly StaffView[], now: (id: string) => StaffView | undefined): readonly BulkPatch[] {
  const { status, priority, assigned_to } = patch
  // Because of `if_assigned_to`, the server rejects the undo for each ticket whose assignee has changed since the bulk change.
  if (assigned_to !== undefined) return grouped(before, (one) => one.assigned_to?.id ?? 'nobody', (former) => [{ assigned_to: former, if_assigned_to: assigned_to }])
  /** The tickets to restore: those whose value has not changed again since the patch. A ticket without a known newer state counts as unchanged. */
  const still = before.filter((one) => {
    const known = now(one.id)
    return known === undefined || known.seq <= one.seq || (status === undefined ? known.priority === priority : known.status === status)
  })
  if (status !== undefined) return grouped(still, (one) => one.status, (former) => wayBack(status, former))
  return grouped(still, (one) => one.priority, (former) => [{ priority: former }])
}

function grouped<V>(tickets: readonly StaffView[], of: (ticket: StaffView) => V, back: (former: V) => readonly TicketPatch[]): readonly BulkPatch[] {
  return [...new Set(tickets.map(of))].flatMap((former) => back(former).map((patch) => ({ tickets: tickets.filter((one) => of(one) === former).map(({ id }) => id), patch })))
}
