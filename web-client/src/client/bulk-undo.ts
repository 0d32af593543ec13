// Undoes a bulk change: each ticket gets its former value back, unless a later change of it is known. Pure.

import type { BulkPatch, TicketPatch } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { wayBack } from '../protocol/words.ts'

/** The tickets, in their state before the patch, that the patch really changes. `me` is the id of the person who asked for it. */
export function changedBy({ status, priority, assigned_to }: TicketPatch, before: readonly StaffView[], me: string): readonly StaffView[] {
  if (assigned_to !== undefined) return before.filter((one) => one.assigned_to?.id !== (assigned_to === 'me' ? me : assigned_to))
  return before.filter((one) => (status === undefined ? one.priority !== priority : one.status !== status))
}

/** The requests that undo `patch`, in order. `before`: the tickets before the change; `now`: the newest known state of a ticket. */
export function undoOf(patch: TicketPatch, before: readonly StaffView[], now: (id: string) => StaffView | undefined): readonly BulkPatch[] {
  const { status, priority, assigned_to } = patch
  // For the assignee, the server itself checks that it is unchanged.
  if (assigned_to !== undefined) return grouped(before, (one) => one.assigned_to?.id ?? 'nobody', (former) => [{ assigned_to: former, if_assigned_to: assigned_to }])
  /** If no state after the change is known, the change is assumed to be the latest. */
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
