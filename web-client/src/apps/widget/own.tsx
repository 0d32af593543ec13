// The own tickets: the store that they come from, and the list that shows them. Fetched when the list is looked at, or the widget is folded away
// and is to be told of answers.

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
  /** How many tickets have something unread, once that is known. */
  onUnread(listener: (tickets: number) => void): () => void
  readonly List: (props: { readonly router: Router }) => preact.JSX.Element
}

export function createOwn(client: Client, ring: (news: News) => void): Own {
  const tickets = createCustomerTickets(client, ring)
  const onUnread: Own['onUnread'] = (listener) => effect(() => { if (tickets.counted.value) listener(tickets.unread.value) })
  return { tickets, onUnread, List: ({ router }) => <List client={client} tickets={tickets} router={router} /> }
}
