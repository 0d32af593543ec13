import type { Client } from '../client/client.ts'
import type { Router } from '../client/memory-router.ts'
import type { CustomerView } from '../protocol/model.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { OwnStatusBadge } from './badges.tsx'
import { withoutMarkdown } from './without-markdown.ts'
import { TicketLink } from './ticket-link.tsx'

export function CustomerTicketRow({ client, ticket, router, isOpen }: { readonly client: Client; readonly ticket: CustomerView; readonly router: Router; readonly isOpen: boolean }) {
  return (
    <li>
      <TicketLink client={client} ticket={ticket} router={router} isOpen={isOpen}>
        <span class="line small">
          <Snippet ticket={ticket} />
          <span class="spacer" />
          <OwnStatusBadge status={ticket.status} />
        </span>
      </TicketLink>
    </li>
  )
}

/** Shows who wrote the last message, and the beginning of that message. */
function Snippet({ ticket: { last_message } }: { readonly ticket: CustomerView }) {
  if (last_message === null) return null
  const { side, name, snippet } = last_message
  return (
    <span class="snippet" data-testid={T.ticketSnippet} data-side={side}>
      <bdi>{side === 'customer' ? t('app.you') : (name ?? t('app.team'))}</bdi>
      {':\u00a0'}
      <bdi>{snippet === '' ? t('last.removed') : withoutMarkdown(snippet)}</bdi>
    </span>
  )
}
