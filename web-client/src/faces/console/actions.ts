// What a key or a command does to one ticket, be it open or only in the list; and how it is undone.

import { say } from '../../app/attention.ts'
import { returnToDraft, type Mode } from '../../app/drafts.ts'
import type { TicketPatch } from '../../protocol/generated.ts'
import type { StaffView } from '../../protocol/model.ts'
import { statusesAfter } from '../../protocol/words.ts'
import { t, tProblem } from '../../strings/index.ts'
import { isWritable } from '../../ui/shut.tsx'
import { taken } from './taken.ts'
import type { DeskWork } from './work.ts'

/** Says it to this person, as long as they sit here. */
export function tell({ desk }: Pick<DeskWork, 'desk'>, ...said: Parameters<typeof say>): void {
  if (!desk.isDisposed) say(...said)
}

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
  await takeFrom(work, ticket, before)
}

/** `before`: whose the ticket is, as far as this person has been told. */
async function takeFrom(work: DeskWork, ticket: StaffView, before: string): Promise<void> {
  // Undone only as long as nobody else has taken it.
  if (await change(work, ticket, { assigned_to: 'me', if_assigned_to: before })) told(work, ticket, t('action.took', { number: ticket.ticket_number }), [{ assigned_to: before, if_assigned_to: 'me' }])
}

/** Resolves, and goes on to the next ticket of the list. */
export async function resolve(work: DeskWork, ticket: StaffView): Promise<void> {
  if (ticket.status === 'resolved') return
  const goOn = leaving(work, ticket)
  if (!(await change(work, ticket, { status: 'resolved' }))) return
  told(work, ticket, t('action.resolved', { number: ticket.ticket_number }), backFromResolved(ticket))
  goOn()
}

/** Not everything can follow upon resolved at once; from open, everything can. */
export function backFromResolved({ status }: StaffView): readonly TicketPatch[] {
  return statusesAfter('resolved').includes(status) ? [{ status }] : [{ status: 'open' }, { status }]
}

/** Remembers where the list goes on behind a ticket that is about to leave it; gives what goes there. */
function leaving(work: DeskWork, ticket: StaffView): () => void {
  const { inbox, cursor } = work
  const wasOpen = openTicketOf(work)?.id === ticket.id
  const order = inbox.order.peek()
  const at = order.indexOf(ticket.id)
  const next = at < 0 ? undefined : (order[at + 1] ?? order[at - 1])
  return () => {
    if (work.desk.isDisposed) return
    // Unless the agent has gone elsewhere meanwhile.
    if (wasOpen && openTicketOf(work.now())?.id === ticket.id) {
      const number = next === undefined ? undefined : inbox.ticket(next)?.ticket_number
      if (number !== undefined) work.go(number)
      else if (at >= 0) work.go('')
    }
    if (next !== undefined && (cursor.peek() === null || cursor.peek() === ticket.id)) cursor.value = next
  }
}

/** Opens the ticket that follows in the list. */
export function openNext(work: DeskWork, by: 1 | -1): boolean {
  const { inbox, cursor } = work
  const order = inbox.order.peek()
  const from = openTicketOf(work)?.id ?? cursor.peek()
  const at = from === null ? -1 : order.indexOf(from)
  const next = order[from === null ? 0 : at + by]
  const ticket = next === undefined || (from !== null && at < 0) ? undefined : inbox.ticket(next)
  if (ticket === undefined) {
    if (order.length > 0) tell(work, t('action.last'))
    return order.length > 0
  }
  cursor.value = ticket.id
  work.go(ticket.ticket_number)
  return true
}

/** The ticket is to be looked at again: left, if it is open. */
export function markUnread(work: DeskWork, ticket: StaffView): void {
  if (openTicketOf(work)?.id === ticket.id) work.go('')
  work.marks.mark(ticket.id)
  tell(work, t('action.unread', { number: ticket.ticket_number }), { label: t('action.undo'), key: 'z', run: () => work.marks.clear(ticket.id) })
}

/** An answer is on its way, and its ticket will be resolved when it has arrived: on to the next one. */
export function answered(work: DeskWork, ticket: StaffView, key: string): void {
  const { desk } = work
  const n = desk.habits.undo_s.peek()
  const number = ticket.ticket_number
  leaving(work, ticket)()
  if (n === 0) return tell(work, t('action.sent', { number }))
  const undo = () => {
    const entry = desk.outbox.undo(key)
    if (entry === null) return tell(work, t('action.too_late', { number }))
    returnToDraft(ticket.id, 'message', entry.body, entry.based_on ?? 0)
    write(work.now(), ticket, 'message')
  }
  tell(work, t('action.sending', { number, n }), { label: t('action.undo'), key: 'z', run: undo }, n * 1_000)
}

/** Says what was done, with a way to undo it. */
export function told(work: DeskWork, ticket: StaffView, sentence: string, back: readonly TicketPatch[]): void {
  const wasOpen = openTicketOf(work)?.id === ticket.id
  const undo = async () => {
    for (const patch of back) if (!(await change(work, ticket, patch))) return
    if (wasOpen) work.go(ticket.ticket_number)
    work.cursor.value = ticket.id
    tell(work, t('action.undone', { number: ticket.ticket_number }))
  }
  tell(work, sentence, { label: t('action.undo'), key: 'z', run: () => void undo() })
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
    return true
  }
  const { problem } = result
  const late = taken({ problem, patch })
  const sentence = t('action.refused', { number: ticket.ticket_number, reason: late?.sentence ?? tProblem(problem) })
  if (late !== undefined && patch.assigned_to === 'me') tell(work, sentence, { label: late.retry, run: () => void takeFrom(work, ticket, problem.assigned_to?.id ?? 'nobody') })
  else tell(work, sentence, { label: t('unsent.open'), run: () => work.go(ticket.ticket_number) })
  return false
}
