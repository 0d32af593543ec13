// The own tickets: the store that they come from, and the list that shows them. Fetched when the list is looked at, or the widget is folded away
// and is to be told of answers.

import type { Desk } from '../../app/desk.ts'
import type { Router } from '../../app/memory-router.ts'
import { createOwnTickets, type OwnTickets } from '../../app/own-tickets.ts'
import { List } from './list.tsx'

export interface Own {
  readonly tickets: OwnTickets
  readonly List: (props: { readonly router: Router }) => preact.JSX.Element
}

export function createOwn(desk: Desk): Own {
  const tickets = createOwnTickets(desk, () => {})
  return { tickets, List: ({ router }) => <List desk={desk} tickets={tickets} router={router} /> }
}
