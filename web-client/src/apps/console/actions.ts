// What a shortcut key or a palette command does to one ticket, and how to undo it. The ticket may be open or only in the list.

import { say } from '../../client/notifications.ts'
import { returnToDraft, type Mode } from '../../client/drafts.ts'
import type { TicketPatch } from '../../protocol/generated.ts'
import type { StaffView } from '../../protocol/model.ts'
import { wayBack } from '../../protocol/words.ts'
import { t, tProblem } from '../../locales/index.ts'
import { returnFiles } from '../../ui/undo-send.ts'
import { isWritable } from '../../ui/writable.ts'
import { taken } from './taken.ts'
import type { ConsoleContext } from './context.ts'

/** Shows a notification, unless the person it is meant for has signed out. */
export function tell({ client }: Pick<ConsoleContext, 'client'>, ...said: Parameters<typeof say>): void {
  if (!client.isDisposed) say(...said)
}

/** The open ticket as staff see it, or null if no ticket is open. */
export function openTicketOf({ store }: Pick<ConsoleContext, 'store'>): StaffView | null {
  const opening = store?.opening.value
  return opening?.kind === 'open' && opening.ticket.side === 'staff' ? opening.ticket : null
}

/** Puts the text cursor into the ticket's composer. Opens the ticket first if it is not open. */
export function write(context: ConsoleContext, ticket: StaffView, mode: Mode): void {
  if (openTicketOf(context)?.id !== ticket.id) context.go(ticket.ticket_number)
  else if (!isWritable(ticket)) return
  context.wanted.value = { ticket: ticket.id, mode }
}

export async function take(context: ConsoleContext, ticket: StaffView): Promise<void> {
  const me = context.client.identity.id
  if (ticket.assigned_to?.id === me) return
  const before = ticket.assigned_to?.id ?? 'nobody'
  await takeFrom(context, ticket, before)
}

/**
 * Assigns the ticket to this agent. `before` is the assignee that the agent last saw. The server refuses the change if the assignee is
 * another person now.
 */
async function takeFrom(context: ConsoleContext, ticket: StaffView, before: string): Promise<void> {
  // The undo patch restores the former assignee only while the ticket is still assigned to this agent.
  if (await change(context, ticket, { assigned_to: 'me', if_assigned_to: before })) told(context, ticket, t('action.took', { number: ticket.ticket_number }), [{ assigned_to: before, if_assigned_to: 'me' }])
}

/** Resolves the ticket and opens the next one in the list. */
export async function resolve(context: ConsoleContext, ticket: StaffView): Promise<void> {
  if (ticket.status === 'resolved') return
  const goOn = leaving(context, ticket)
  if (!(await change(context, ticket, { status: 'resolved' }))) return
  told(context, ticket, t('action.resolved', { number: ticket.ticket_number }), wayBack('resolved', ticket.status))
  goOn()
}

/**
 * Call before a ticket leaves the list. Returns a function to call once the ticket has left the list. That function opens the ticket that
 * was next in the list, or the previous ticket if there was no next one.
 */
function leaving(context: ConsoleContext, ticket: StaffView): () => void {
  const { inbox, cursor } = context
  const wasOpen = openTicketOf(context)?.id === ticket.id
  const order = inbox.order.peek()
  const at = order.indexOf(ticket.id)
  const next = at < 0 ? undefined : (order[at + 1] ?? order[at - 1])
  return () => {
    if (context.client.isDisposed) return
    // Do not navigate if the agent has opened another ticket or screen while the change was being saved.
    if (wasOpen && openTicketOf(context.now())?.id === ticket.id) {
      const number = next === undefined ? undefined : inbox.ticket(next)?.ticket_number
      if (number !== undefined) context.go(number)
      else if (at >= 0) context.go('')
    }
    if (next !== undefined && (cursor.peek() === null || cursor.peek() === ticket.id)) cursor.value = next
  }
}

/** Opens the next ticket in the list (`by` 1) or the previous one (-1). Returns false only if the list is empty. */
export function openNext(context: ConsoleContext, by: 1 | -1): boolean {
  const { inbox, cursor } = context
  const order = inbox.order.peek()
  const from = openTicketOf(context)?.id ?? cursor.peek()
  const at = from === null ? -1 : order.indexOf(from)
  const next = order[from === null ? 0 : at + by]
  const ticket = next === undefined || (from !== null && at < 0) ? undefined : inbox.ticket(next)
  if (ticket === undefined) {
    if (order.length > 0) tell(context, t('action.last'))
    return order.length > 0
  }
  cursor.value = ticket.id
  context.go(ticket.ticket_number)
  return true
}

/** Marks the ticket as unread. Closes the ticket if it is open. */
export function markUnread(context: ConsoleContext, ticket: StaffView): void {
  if (openTicketOf(context)?.id === ticket.id) context.go('')
  context.marks.mark(ticket.id)
  tell(context, t('action.unread', { number: ticket.ticket_number }), { label: t('action.undo'), key: 'z', run: () => context.marks.clear(ticket.id) })
}

/** Opens the next ticket. Called when the agent has sent a "Send & resolve" reply, which resolves its ticket once the reply is stored. */
export function answered(context: ConsoleContext, ticket: StaffView, key: string): void {
  const { client } = context
  const n = client.habits.undo_s.peek()
  const number = ticket.ticket_number
  leaving(context, ticket)()
  if (n === 0) return tell(context, t('action.sent', { number }))
  const undo = () => {
    const entry = client.outbox.undo(key)
    if (entry === null) return tell(context, t('action.too_late', { number }))
    returnToDraft(ticket.id, 'message', entry.body, entry.based_on ?? 0)
    returnFiles(client.files, ticket.id, 'message', entry, entry.based_on ?? 0)
    write(context.now(), ticket, 'message')
  }
  tell(context, t('action.sending', { number, n }), { label: t('action.undo'), key: 'z', run: undo }, n * 1_000)
}

/** Shows a notification about a change to a ticket and offers to undo it. `back` lists the patches that undo the change, in order. */
export function told(context: ConsoleContext, ticket: StaffView, sentence: string, back: readonly TicketPatch[]): void {
  const wasOpen = openTicketOf(context)?.id === ticket.id
  const undo = async () => {
    for (const patch of back) if (!(await change(context, ticket, patch))) return
    if (wasOpen) context.go(ticket.ticket_number)
    context.cursor.value = ticket.id
    tell(context, t('action.undone', { number: ticket.ticket_number }))
  }
  tell(context, sentence, { label: t('action.undo'), key: 'z', run: () => void undo() })
}

/** Ids of tickets with a change in progress. Until that change has ended, any other change to the same ticket is ignored. */
const changing = new Set<string>()
async function change(context: ConsoleContext, ticket: StaffView, patch: TicketPatch): Promise<boolean> {
  if (changing.has(ticket.id)) return false
  changing.add(ticket.id)
  const result = await context.client.rest.changeTicket(ticket.id, patch)
  changing.delete(ticket.id)
  if (result.ok) {
    context.inbox.take(result.value)
    context.now().store?.told(result.value)
    return true
  }
  const { problem } = result
  const late = taken({ problem, patch })
  const sentence = t('action.refused', { number: ticket.ticket_number, reason: late?.sentence ?? tProblem(problem) })
  if (late !== undefined && patch.assigned_to === 'me') tell(context, sentence, { label: late.retry, run: () => void takeFrom(context, ticket, problem.assigned_to?.id ?? 'nobody') })
  else tell(context, sentence, { label: t('unsent.open'), run: () => context.go(ticket.ticket_number) })
  return false
}
