// The set of selected tickets, and bulk changes to them.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Inbox } from './inbox.ts'
import type { BulkResult, TicketPatch } from '../protocol/generated.ts'
import type { Problem, StaffView } from '../protocol/model.ts'
import type { TeamRest } from '../rest/team.ts'

export type BulkOutcome = BulkResult & { readonly number: string }

export interface Selection {
  readonly ids: ReadonlySignal<ReadonlySet<string>>
  readonly results: ReadonlySignal<readonly BulkOutcome[] | null>
  readonly problem: ReadonlySignal<Problem | null>
  readonly isBusy: ReadonlySignal<boolean>
  /** Selects or deselects a ticket. With `isRange`, selects all tickets between the last toggled ticket and this ticket. */
  toggle(id: string, isRange: boolean): void
  clear(): void
  /** Hides the results and the problem of the last bulk change. */
  dismiss(): void
  apply(patch: TicketPatch): Promise<void>
  dispose(): void
}

export const SELECTED_MAX = 100

/**
 * Creates the set of selected tickets. `done` receives the patch and the changed tickets as they were before the change. If `done` rejects,
 * the selection shows the result for each ticket.
 */
export function createSelection(rest: Pick<TeamRest, 'bulk'>, inbox: Pick<Inbox, 'order' | 'ticket' | 'reload' | 'filters'>, done: (patch: TicketPatch, before: readonly StaffView[]) => Promise<void>): Selection {
  const ids = signal<ReadonlySet<string>>(new Set())
  const results = signal<readonly BulkOutcome[] | null>(null)
  const problem = signal<Problem | null>(null)
  const isBusy = signal(false)
  let last: string | null = null
  const clear = () => {
    ids.value = new Set()
    last = null
  }
  const dismiss = () => {
    results.value = null
    problem.value = null
  }
  /**
   * Splits a bulk assignment into groups of tickets with the same displayed assignee. Each request sends that assignee, so that the server
   * can refuse if a ticket's assignee has changed.
   */
  const parts = (tickets: readonly string[], { assigned_to }: TicketPatch) => {
    if (assigned_to === undefined) return [{ tickets: [...tickets], seen: {} }]
    const seenWith = (id: string) => inbox.ticket(id)?.assigned_to?.id ?? 'nobody'
    return [...new Set(tickets.map(seenWith))].map((if_assigned_to) => ({ tickets: tickets.filter((id) => seenWith(id) === if_assigned_to), seen: { if_assigned_to } }))
  }
  let shown = inbox.filters.peek()
  const stop = inbox.filters.subscribe((filters) => {
    // When the filters change, clear the selection, so that a bulk change does not affect tickets that are no longer listed.
    if (filters !== shown) clear()
    shown = filters
  })
  return {
    ids, results, problem, isBusy, clear, dismiss,
    toggle(id, isRange) {
      const next = new Set(ids.peek())
      const order = inbox.order.peek()
      const [from, to] = [last === null ? -1 : order.indexOf(last), order.indexOf(id)]
      if (isRange && from >= 0 && to >= 0) for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one)
      else if (!next.delete(id)) next.add(id)
      last = id
      ids.value = next
    },
    async apply(patch) {
      if (isBusy.peek() || ids.peek().size === 0 || ids.peek().size > SELECTED_MAX) return
      isBusy.value = true
      dismiss()
      const asked = [...ids.peek()]
      const before = asked.flatMap((id) => inbox.ticket(id) ?? [])
      const told: BulkResult[] = []
      let failed: Problem | null = null
      for (const { tickets, seen } of parts(asked, patch)) {
        const result = await rest.bulk({ tickets, patch: { ...patch, ...seen } })
        if (result.ok) told.push(...result.value)
        else failed = result.problem
        if (failed !== null) break
      }
      isBusy.value = false
      problem.value = failed
      if (told.length === 0) return
      // Deselect the tickets that were changed. Tickets that failed stay selected.
      const changed = new Set(told.filter((one) => one.ok).map((one) => one.id))
      const read = told.map((one) => ({ ...one, number: inbox.ticket(one.id)?.ticket_number ?? one.id }))
      // Show the results only if a ticket failed.
      if (changed.size < told.length) results.value = read
      ids.value = new Set([...ids.peek()].filter((id) => !changed.has(id)))
      inbox.reload()
      if (changed.size > 0) await done(patch, before.filter(({ id }) => changed.has(id))).catch(() => { results.value ??= read })
    },
    dispose: stop,
  }
}
