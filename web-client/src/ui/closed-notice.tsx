import type { TicketStore } from '../client/ticket.ts'
import type { TicketView } from '../protocol/model.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'

/** Shown instead of the composer if the ticket is closed. Offers to reopen the ticket, unless it is archived. */
export function ClosedNotice({ ticket, store }: { readonly ticket: TicketView; readonly store: TicketStore }) {
  const archived = ticket.archived_at !== null
  return (
    <div class="closed-notice">
      <textarea disabled rows={1} aria-label={t('composer.message')} placeholder={t(archived ? 'ticket.archived' : 'ticket.closed')} />
      {!archived && <button type="button" class="primary" data-testid={T.ticketReopen} onClick={() => void store.change({ status: 'open' })}>{t('ticket.reopen')}</button>}
    </div>
  )
}
