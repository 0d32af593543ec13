// The details panel of the support page: the open ticket's fields, and its history in words.

import type { TicketStore } from '../../client/ticket.ts'
import type { HistoryEvent, TicketView } from '../../protocol/model.ts'
import type { Reader } from '../../timeline/view.ts'
import { dateTime } from '../../locales/dates.ts'
import { t, tWord } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { OwnStatusBadge, PriorityBadge } from '../../ui/badges.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { lazy } from '../../ui/lazy.tsx'

const History = lazy(async () => (await import('../../ui/history.tsx')).History)
const TicketFiles = lazy(async () => (await import('../../ui/ticket-files.tsx')).TicketFiles)

interface DetailsProps {
  readonly ticket: TicketView
  readonly store: TicketStore
  readonly reader: Reader
}

export function CustomerDetails({ ticket, store, reader }: DetailsProps) {
  const assignee = ticket.side === 'customer' ? ticket.assignee_name : (ticket.assigned_to?.name ?? null)
  return (
    <aside class="details" aria-label={t('details.title')} data-testid={T.details}>
      <dl class="facts-list">
        <div>
          <dt>{t('details.number')}</dt>
          <dd class="copyable"><span class="number">{ticket.ticket_number}</span><CopyButton text={ticket.ticket_number} what={t('details.number')} /></dd>
        </div>
        <div><dt>{t('ticket.status')}</dt><dd><OwnStatusBadge status={ticket.status} /></dd></div>
        <div><dt>{t('ticket.priority')}</dt><dd><PriorityBadge priority={ticket.priority} /></dd></div>
        <div><dt>{t('ticket.category')}</dt><dd data-testid={T.ticketCategory} data-value={ticket.category}>{tWord('category', ticket.category)}</dd></div>
        <div><dt>{t('ticket.assignee')}</dt><dd data-testid={T.ticketAssignee} dir="auto">{assignee ?? t('ticket.unassigned')}</dd></div>
        <div><dt>{t('ticket.created')}</dt><dd>{dateTime(ticket.created_at)}</dd></div>
        <div><dt>{t('ticket.activity')}</dt><dd>{dateTime(ticket.last_activity_at)}</dd></div>
        {ticket.resolved_at !== null && <div><dt>{t('details.resolved')}</dt><dd>{dateTime(ticket.resolved_at)}</dd></div>}
        {ticket.closed_at !== null && <div><dt>{t('details.closed')}</dt><dd>{dateTime(ticket.closed_at)}</dd></div>}
        {ticket.rating !== null && <div><dt>{t('ticket.rating')}</dt><dd>{t('rating.star', { n: ticket.rating.satisfaction_rating })}</dd></div>}
      </dl>
      {store.files.isOffered.value && hasFiles(store) && <><h2>{t('details.files')}</h2><TicketFiles store={store} ticket={ticket.id} /></>}
      <h2>{t('details.history')}</h2>
      <History store={store} reader={reader} nameById={() => null} shows={isChange} />
    </aside>
  )
}

/** Whether a loaded message has files. Without one, the list would be a request for nothing. */
function hasFiles(store: TicketStore): boolean {
  return store.timeline.value.events.some(({ message }) => message !== null && message.attachments.length > 0)
}

function isChange(event: HistoryEvent): boolean {
  return event.message === null
}
