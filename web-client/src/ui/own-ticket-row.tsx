import type { Desk } from '../app/desk.ts'
import type { Router } from '../app/router.ts'
import type { CustomerView } from '../protocol/model.ts'
import { PriorityBadge, StatusBadge } from './badges.tsx'
import { TicketLink } from './ticket-link.tsx'

export function OwnTicketRow({ desk, ticket, router, isOpen }: { readonly desk: Desk; readonly ticket: CustomerView; readonly router: Router; readonly isOpen: boolean }) {
  return (
    <li>
      <TicketLink desk={desk} ticket={ticket} router={router} isOpen={isOpen}>
        <span class="line small">
          <span class="number">{ticket.ticket_number}</span>
          <span class="spacer" />
          <PriorityBadge priority={ticket.priority} />
          <StatusBadge status={ticket.status} />
        </span>
      </TicketLink>
    </li>
  )
}
