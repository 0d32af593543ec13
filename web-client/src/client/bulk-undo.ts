// How a change of many tickets is taken back: each gets what it had, unless something else has been heard of it since. Pure.

import type { BulkPatch, TicketPatch } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { wayBack } from '../protocol/words.ts'

/** Those of the tickets, as they were, that had something else than what they got; `me` is who asked for it. */
export function changedBy({ status, priority, assigned_to }: TicketPatch, before: readonly StaffView[], me: string): readonly StaffView[] {
  if (assigned_to !== undefined) return before.filter((one) => one.assigned_to?.id !== (assigned_to === 'me' ? me : assigned_to))
  return before.filter((one) => (status === undefined ? one.priority !== priority : one.status !== status))
}

/** The requests that take `patch` back, in order. `before`: the tickets as they were; `now`: as they are, as far as is known. */
export function undoOf(patch: TicketPatch, before: readonly StaffView[], now: (id: string) => StaffView | undefined): readonly BulkPatch[] {
  const { status, priority, assigned_to } = patch
  // The server compares the assignee itself.
  if (assigned_to !== undefined) return grouped(before, (one) => one.assigned_to?.id ?? 'nobody', (former) => [{ assigned_to: former, if_assigned_to: assigned_to }])
  /** Where nothing newer than the ticket of before is known, it counts as the change made it. */
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
