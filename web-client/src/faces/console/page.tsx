// The team's page: figures above, all tickets on the left, the open one beside them.

import { useCallback, useEffect, useMemo } from 'preact/hooks'
import { createInbox, NO_FILTERS, type Filters, type Inbox } from '../../app/inbox.ts'
import type { Desk } from '../../app/desk.ts'
import type { Router } from '../../app/router.ts'
import type { TicketView } from '../../protocol/model.ts'
import { t } from '../../strings.ts'
import { T } from '../../testids.ts'
import { ConnectionBar, Empty, TopBar } from '../../ui/frame.tsx'
import type { FaceProps } from '../../ui/mount.tsx'
import { behindOf, useTicket } from '../../ui/use-ticket.ts'
import { InboxList } from './list.tsx'
import { OpenTicket } from './open-ticket.tsx'
import { Stats } from './stats.tsx'

export function ConsolePage(props: FaceProps) {
  const { desk, router, onSignOut } = props
  const connection = desk.connection.value
  // The server's word counts once it has spoken; until then, what was picked.
  const isStaff = connection.kind === 'live' ? connection.role !== null : desk.identity.role !== null
  if (!isStaff) {
    return (
      <div class="page" data-testid={T.page} data-live={desk.live.value}>
        <TopBar title={t('app.console')} home="/admin/support" identity={desk.identity} onHome={() => router.go('')} onSignOut={onSignOut} />
        <main class="sign-in" data-testid={T.notStaff}>
          <p>{t('signin.not_staff')}</p>
          <p><a class="primary button" href="/support">{t('signin.to_support')}</a></p>
        </main>
      </div>
    )
  }
  return <StaffConsole {...props} />
}

function StaffConsole({ desk, router, onSignOut }: FaceProps) {
  const inbox = useInbox(desk, router)
  const ref = router.place.value.rest
  const onTicket = useCallback((ticket: TicketView) => {
    inbox.setOpen(ticket.id)
    inbox.take(ticket)
  }, [inbox])
  const store = useTicket(desk, ref, onTicket)
  useEffect(() => { if (ref === '') inbox.setOpen(null) }, [ref, inbox])
  useEffect(() => { document.title = t('app.tab', { page: ref === '' ? t('app.console') : ref }) }, [ref])
  return (
    <div class={`page console ${ref === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={desk.live.value}>
      <TopBar title={t('app.console')} home="/admin/support" identity={desk.identity} onHome={() => router.go('')} onSignOut={onSignOut} />
      <ConnectionBar desk={desk} behind={behindOf(store)} />
      <Stats stats={inbox.stats.value} />
      <div class="columns">
        <InboxList inbox={inbox} router={router} open={ref} me={desk.identity.id} />
        <main class="main">
          {ref === '' && <Empty>{t('list.pick')}</Empty>}
          {store !== null && <OpenTicket key={ref} desk={desk} store={store} agents={inbox.agents.value} onBack={() => router.go('')} />}
        </main>
      </div>
    </div>
  )
}

const FILTER_NAMES = ['status', 'category', 'priority', 'assigned_to', 'search'] as const

/** The inbox under the filters of the address bar, which follows it. */
function useInbox(desk: Desk, router: Router): Inbox {
  const inbox = useMemo(() => createInbox(desk, filtersOf(router.place.peek().query)), [desk, router])
  useEffect(() => () => inbox.dispose(), [inbox])
  useEffect(() => inbox.filters.subscribe((filters) => {
    const query = new URLSearchParams()
    for (const name of FILTER_NAMES) if (filters[name] !== '') query.set(name, filters[name])
    if (query.toString() !== router.place.peek().query.toString()) router.setQuery(query)
  }), [inbox, router])
  return inbox
}

function filtersOf(query: URLSearchParams): Filters {
  return FILTER_NAMES.reduce((filters, name) => ({ ...filters, [name]: query.get(name) ?? '' }), NO_FILTERS)
}
