// What a key or a command does to one ticket, be it open or only in the list; and how it is undone.

import { say } from '../../app/attention.ts'
import type { Mode } from '../../app/drafts.ts'
import type { TicketPatch } from '../../protocol/generated.ts'
import type { StaffView } from '../../protocol/model.ts'
import { statusesAfter } from '../../protocol/words.ts'
import { t, tProblem } from '../../strings/index.ts'
import { isWritable } from '../../ui/shut.tsx'
import type { DeskWork } from './work.ts'

/** The ticket that is open, as staff see it. */
export function openTicketOf({ store }: Pick<DeskWork, 'store'>): StaffView | null {
  const opening = store?.opening.value
  return opening?.kind === 'open' && opening.ticket.side === 'staff' ? opening.ticket : null
}

/** The cursor in the composer of this ticket, which is opened if it is not. */
export function write(work: DeskWork, ticket: StaffView, mode: Mode): void {
  if (openTicketOf(work)?.id !== ticket.id) work.go(ticket.ticket_number)
  else if (!isWritable(ticket)) return
  work.wanted.value = { ticket: ticket.id, mode }
}

export async function take(work: DeskWork, ticket: StaffView): Promise<void> {
  const me = work.desk.identity.id
  if (ticket.assigned_to?.id === me) return
  const before = ticket.assigned_to?.id ?? 'nobody'
  if (await change(work, ticket, { assigned_to: 'me' })) told(work, ticket, t('action.took', { number: ticket.ticket_number }), [{ assigned_to: before }])
}

/** Resolves, and goes on to the next ticket of the list. */
export async function resolve(work: DeskWork, ticket: StaffView): Promise<void> {
  const { inbox, cursor } = work
  if (ticket.status === 'resolved') return
  const wasOpen = openTicketOf(work)?.id === ticket.id
  const order = inbox.order.peek()
  const at = order.indexOf(ticket.id)
  const next = at < 0 ? undefined : (order[at + 1] ?? order[at - 1])
  if (!(await change(work, ticket, { status: 'resolved' }))) return
  // Not everything can follow upon resolved at once; from open, everything can.
  const back: readonly TicketPatch[] = statusesAfter('resolved').includes(ticket.status) ? [{ status: ticket.status }] : [{ status: 'open' }, { status: ticket.status }]
  told(work, ticket, t('action.resolved', { number: ticket.ticket_number }), back)
  // Unless the agent has gone elsewhere meanwhile.
  if (wasOpen && openTicketOf(work.now())?.id === ticket.id) {
    const number = next === undefined ? undefined : inbox.ticket(next)?.ticket_number
    if (number !== undefined) work.go(number)
    else if (at >= 0) work.go('')
  }
  if (next !== undefined && (cursor.peek() === null || cursor.peek() === ticket.id)) cursor.value = next
}

function told(work: DeskWork, ticket: StaffView, sentence: string, back: readonly TicketPatch[]): void {
  const wasOpen = openTicketOf(work)?.id === ticket.id
  const undo = async () => {
    for (const patch of back) if (!(await change(work, ticket, patch))) return
    if (wasOpen) work.go(ticket.ticket_number)
    work.cursor.value = ticket.id
    say(t('action.undone', { number: ticket.ticket_number }))
  }
  say(sentence, { label: t('action.undo'), key: 'z', run: () => void undo() })
}

/** Changes one ticket at a time; a refusal is told with the way to it, since it may not be the one that is looked at. */
const changing = new Set<string>()
async function change(work: DeskWork, ticket: StaffView, patch: TicketPatch): Promise<boolean> {
  if (changing.has(ticket.id)) return false
  changing.add(ticket.id)
  const result = await work.desk.rest.changeTicket(ticket.id, patch)
  changing.delete(ticket.id)
  if (result.ok) {
    work.inbox.take(result.value)
    work.now().store?.told(result.value)
  } else say(t('action.refused', { number: ticket.ticket_number, reason: tProblem(result.problem) }), { label: t('unsent.open'), run: () => work.go(ticket.ticket_number) })
  return result.ok
}
