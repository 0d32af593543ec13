// The person's tickets in the widget: the store, and the list that shows the tickets. Loaded when the list is shown, or when the widget is
// closed, because a closed widget must report new replies.

import { effect } from '@preact/signals'
import type { Client } from '../../client/client.ts'
import type { Router } from '../../client/memory-router.ts'
import type { News } from '../../client/notifications.ts'
import { createCustomerTickets, type CustomerTickets } from '../../client/customer-tickets.ts'
import '../../locales/list.ts'
import rows from '../../ui/styles/rows.css?inline'
import list from '../../ui/styles/widget-list.css?inline'
import { List } from './list.tsx'
import { addStyles } from './styles.ts'

addStyles(rows, list)

export interface Own {
  readonly tickets: CustomerTickets
  /** Calls the listener with the number of unread tickets, as soon as the number is known and after each change. */
  onUnread(listener: (tickets: number) => void): () => void
  readonly List: (props: { readonly router: Router }) => preact.JSX.Element
}

export function createOwn(client: Client, ring: (news: News) => void): Own {
  const tickets = createCustomerTickets(client, ring)
  const onUnread: Own['onUnread'] = (listener) => effect(() => { if (tickets.counted.value) listener(tickets.unread.value) })
  return { tickets, onUnread, List: ({ router }) => <List client={client} tickets={tickets} router={router} /> }
}
