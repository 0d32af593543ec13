// The customer's page: own tickets on the left, the open one in the middle, its details on the right.

import { useEffect, useMemo } from 'preact/hooks'
import { createBell, openTabs, say } from '../../app/attention.ts'
import { createOwnTickets } from '../../app/own-tickets.ts'
import type { TicketListener } from '../../app/ticket.ts'
import { t } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Toast, TopBar } from '../../ui/frame.tsx'
import { Empty } from '../../ui/plain.tsx'
import type { FaceProps } from '../../ui/root.tsx'
import { useTab } from '../../ui/tab.ts'
import { Unsent, useRefusals } from '../../ui/unsent.tsx'
import { behindOf, idOf, useTicket } from '../../ui/use-ticket.ts'
import { TicketList } from './list.tsx'
import { NewTicketDialog } from './new-ticket.tsx'
import { OpenTicket } from './open-ticket.tsx'

export function SupportPage({ desk, router, looks, site, ownsTab }: FaceProps) {
  const bell = useMemo(() => createBell({ looks, open: (number) => router.go(number), tabs: openTabs(desk.identity.id) }), [desk, looks, router])
  useEffect(() => () => bell.dispose(), [bell])
  const tickets = useMemo(() => createOwnTickets(desk, bell.ring), [desk, bell])
  useEffect(() => () => tickets.dispose(), [tickets])
  const { rest } = router.place.value
  const ref = rest === 'new' ? '' : rest
  const listener = useMemo((): TicketListener => ({
    ticket(ticket) {
      tickets.setOpen(ticket.id)
      tickets.take(ticket)
    },
    event: tickets.heard,
  }), [tickets])
  const store = useTicket(desk, ref, listener)
  useEffect(() => { if (ref === '') tickets.setOpen(null) }, [ref, tickets])
  useTab(ownsTab, ref === '' ? t('app.support') : ref, tickets.unread)
  const openId = idOf(store)
  useRefusals({ desk, open: openId, go: router.go })
  const created = (number: string) => {
    say(t('new.opened', { number }))
    tickets.pick('active')
    tickets.reload()
    router.go(number)
  }

  return (
    <div class={`page support ${ref === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={desk.live.value}>
      <TopBar site={site} looks={looks} identity={desk.identity} />
      <ConnectionBar desk={desk} behind={behindOf(store)} />
      <Unsent desk={desk} open={openId} go={router.go} />
      <div class="columns">
        <TicketList desk={desk} tickets={tickets} router={router} open={ref} />
        <main class="main">
          {ref === '' && <Empty>{t('list.pick')}</Empty>}
          {store !== null && ref !== '' && <OpenTicket key={ref} desk={desk} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
      {rest === 'new' && <NewTicketDialog desk={desk} onCreated={created} onClose={() => router.go('')} />}
      <Toast />
    </div>
  )
}
