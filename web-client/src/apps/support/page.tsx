// The support page for customers: their tickets on the left, the open ticket in the middle, the ticket's details on the right.

import { useEffect, useMemo, useRef } from 'preact/hooks'
import { createBell, hushToast, openTabs, say, toast, type Saying } from '../../client/notifications.ts'
import { createCustomerTickets } from '../../client/customer-tickets.ts'
import type { TicketListener, TicketStore } from '../../client/ticket.ts'
import { t } from '../../locales/index.ts'
import '../../locales/support.ts'
import { T } from '../../testids.ts'
import { useReturn } from '../../ui/arrival.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Toast, TopBar } from '../../ui/frame.tsx'
import { lazy } from '../../ui/lazy.tsx'
import { Empty } from '../../ui/feedback.tsx'
import type { AppProps } from '../../ui/mount-app.tsx'
import { useTab } from '../../ui/tab.ts'
import { Unsent, useRefusals } from '../../ui/unsent.tsx'
import { behindOf, idOf, useTicket } from '../../ui/use-ticket.ts'
import { TicketList } from './list.tsx'
import { OpenTicket } from './open-ticket.tsx'
import { fetchButtons } from '../../ui/use-attach.ts'

fetchButtons(() => import('../../ui/attach-button.tsx'))

const NewTicketDialog = lazy(async () => (await import('./new-ticket.tsx')).NewTicketDialog)
const HabitsForm = lazy(async () => (await import('../../ui/habits-form.tsx')).HabitsForm)

export function SupportPage({ client, router, preferences, site, ownsTab }: AppProps) {
  const bell = useMemo(() => createBell({ preferences, open: (number) => router.go(number), tabs: openTabs(client.identity.id) }), [client, preferences, router])
  useEffect(() => () => bell.dispose(), [bell])
  const tickets = useMemo(() => createCustomerTickets(client, bell.ring), [client, bell])
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
  const store = useTicket(client, ref, listener)
  useEffect(() => { if (ref === '') tickets.setOpen(null) }, [ref, tickets])
  useTab(ownsTab, ref === '' ? t('app.support') : ref, tickets.unread)
  const openId = idOf(store)
  const columns = useReturn(ref)
  useRefusals({ client, open: openId, go: router.go })
  const opened = useRef<{ readonly number: string; readonly said: Saying | null } | null>(null)
  // When another ticket is opened, hide the notification about the previous ticket.
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
    <div class={`page support ${ref === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={client.live.value}>
      <TopBar site={site} preferences={preferences} identity={client.identity} menu={<HabitsForm habits={client.habits} />} />
      <Connection client={client} store={store} />
      <Unsent client={client} open={openId} go={router.go} />
      <div class="columns" ref={columns}>
        <TicketList client={client} tickets={tickets} router={router} open={ref} />
        <main class="main" tabIndex={-1}>
          {ref === '' && <Empty icon="chat" title={t('list.pick_title')} action={{ label: t('new.button'), run: () => router.go('new') }}>{t('list.pick')}</Empty>}
          {store !== null && ref !== '' && <OpenTicket key={ref} client={client} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
      {rest === 'new' && <NewTicketDialog client={client} onCreated={created} onClose={() => router.go('')} />}
      <Toast />
    </div>
  )
}

/**
 * The connection bar. It is a component of its own, so that an event of the open ticket renders only the bar again and not the whole page.
 */
function Connection({ client, store }: { readonly client: AppProps['client']; readonly store: TicketStore | null }) {
  return <ConnectionBar client={client} behind={behindOf(store)} />
}
