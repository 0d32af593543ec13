// The customer's page: own tickets on the left, the open one in the middle, its details on the right.

import { useEffect, useMemo, useRef } from 'preact/hooks'
import { createBell, hushToast, openTabs, say, toast, type Saying } from '../../app/attention.ts'
import { createOwnTickets } from '../../app/own-tickets.ts'
import type { TicketListener, TicketStore } from '../../app/ticket.ts'
import { t } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { useReturn } from '../../ui/arrival.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Toast, TopBar } from '../../ui/frame.tsx'
import { lazy } from '../../ui/lazy.tsx'
import { Empty } from '../../ui/plain.tsx'
import type { FaceProps } from '../../ui/root.tsx'
import { useTab } from '../../ui/tab.ts'
import { Unsent, useRefusals } from '../../ui/unsent.tsx'
import { behindOf, idOf, useTicket } from '../../ui/use-ticket.ts'
import { TicketList } from './list.tsx'
import { OpenTicket } from './open-ticket.tsx'

const NewTicketDialog = lazy(async () => (await import('./new-ticket.tsx')).NewTicketDialog)
const HabitsForm = lazy(async () => (await import('../../ui/habits-form.tsx')).HabitsForm)

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
  const columns = useReturn(ref)
  useRefusals({ desk, open: openId, go: router.go })
  const opened = useRef<{ readonly number: string; readonly said: Saying | null } | null>(null)
  // What was said of one ticket is not for the next.
  useEffect(() => {
    if (ref === '' || opened.current === null || ref === opened.current.number) return
    if (toast.peek() === opened.current.said) hushToast()
    opened.current = null
  }, [ref])
  const created = (number: string) => {
    say(t('new.opened', { number }))
    opened.current = { number, said: toast.peek() }
    tickets.pick('active')
    tickets.reload()
    router.go(number)
  }

  return (
    <div class={`page support ${ref === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={desk.live.value}>
      <TopBar site={site} looks={looks} identity={desk.identity} menu={<HabitsForm habits={desk.habits} />} />
      <Connection desk={desk} store={store} />
      <Unsent desk={desk} open={openId} go={router.go} />
      <div class="columns" ref={columns}>
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

/** By itself: it follows each event of the open ticket, which redraws nothing else here. */
function Connection({ desk, store }: { readonly desk: FaceProps['desk']; readonly store: TicketStore | null }) {
  return <ConnectionBar desk={desk} behind={behindOf(store)} />
}
