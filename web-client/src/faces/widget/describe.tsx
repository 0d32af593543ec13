// A ticket being described: the first room of whoever comes with a question, without what shows a ticket.

import '../../strings/ticket.ts'
import '../../ui/styles/form.css'
import { useMemo } from 'preact/hooks'
import { openDrafts } from '../../app/drafts.ts'
import { NewTicketForm } from '../../ui/new-ticket.tsx'
import type { RoomProps } from './rooms.tsx'

export function Room({ desk, tickets, router }: RoomProps) {
  useMemo(() => openDrafts(desk.identity.id), [desk])
  const created = (number: string) => {
    tickets.pick('active')
    tickets.reload()
    router.go(number)
  }
  return <main class="widget-body"><NewTicketForm desk={desk} onCreated={created} onCancel={() => router.go('')} /></main>
}
