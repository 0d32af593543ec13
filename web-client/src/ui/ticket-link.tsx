// A ticket's row in a list. The list provides the content below the subject.

import type { ComponentChildren } from 'preact'
import type { Client } from '../client/client.ts'
import { isUnread } from '../client/unread.ts'
import type { Router } from '../client/memory-router.ts'
import type { TicketView } from '../protocol/model.ts'
import { t } from '../locales/index.ts'
import { listWhen } from '../locales/times.ts'
import { T } from '../testids.ts'
import { useNow } from './now.ts'
import { UnsentMark } from './unsent-mark.tsx'

interface LinkProps {
  readonly ticket: TicketView
  readonly router: Router
  readonly isOpen: boolean
  readonly client: Client
  /** Whether the reader has marked the ticket as unread. */
  readonly isMarked?: boolean
  /** Shown at the end of the first line, instead of the time of the last activity. */
  readonly tail?: ComponentChildren
  readonly children: ComponentChildren
}

export function TicketLink({ ticket, router, isOpen, client, isMarked = false, tail, children }: LinkProps) {
  const now = useNow()
  const unread = isUnread(ticket, { isOpen, isMarked })
  return (
    <a
      class={`ticket-row ${isOpen ? 'open' : ''} ${unread ? 'unread' : ''}`}
      href={router.href(ticket.ticket_number)}
      aria-current={isOpen ? 'page' : undefined}
      data-testid={T.ticketRow}
      data-number={ticket.ticket_number}
      data-id={ticket.id}
      data-unread={unread}
      data-status={ticket.status}
      data-priority={ticket.priority}
      onClick={(event) => {
        // The browser handles clicks with Ctrl, Cmd or Shift, which open a new tab or window.
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        router.go(ticket.ticket_number)
      }}
    >
      <span class="line">
        <span class="subject" dir="auto">{ticket.subject}</span>
        {unread && <span class="unread-dot" title={t('list.unread')}><span class="hidden">{t('list.unread')}</span></span>}
        <UnsentMark client={client} ticket={ticket.id} />
        {tail ?? <time dateTime={ticket.last_activity_at}>{listWhen(ticket.last_activity_at, now)}</time>}
      </span>
      {children}
    </a>
  )
}

export function isOpenAt(ticket: TicketView, ref: string): boolean {
  return ref === ticket.ticket_number || ref === ticket.id
}
