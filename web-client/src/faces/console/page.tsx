// The team's page: figures above, the tickets of a view on the left, the open one beside them.

import { useEffect } from 'preact/hooks'
import { t } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Toast, TopBar } from '../../ui/frame.tsx'
import { Empty } from '../../ui/plain.tsx'
import type { FaceProps } from '../../ui/root.tsx'
import { useTab } from '../../ui/tab.ts'
import { Unsent, useRefusals } from '../../ui/unsent.tsx'
import { behindOf, idOf } from '../../ui/use-ticket.ts'
import { BulkBar } from './bulk.tsx'
import { FilterBar } from './filter-bar.tsx'
import { Keys } from './keys.tsx'
import { HoursScreen } from './hours.tsx'
import { InboxList } from './list.tsx'
import { OpenTicket } from './open-ticket.tsx'
import { Palette } from './palette.tsx'
import { RepliesScreen } from './replies.tsx'
import { useShortcuts } from './shortcuts.ts'
import { Stats } from './stats.tsx'
import { isScreen, useDeskWork } from './work.ts'
import { Views } from './views.tsx'

export function ConsolePage(props: FaceProps) {
  const connection = props.desk.connection.value
  // The server's word counts once it has spoken; until then, what signing in said.
  const isStaff = connection.kind === 'live' ? connection.role !== null : props.desk.identity.role !== null
  return isStaff ? <StaffConsole {...props} /> : <SentHome {...props} />
}

/** The console is not for this person: they are taken where they belong. */
function SentHome({ desk, looks, site, ownsTab }: FaceProps) {
  const home = site.homeUrl ?? `${desk.origin}/support`
  useEffect(() => { if (ownsTab || site.homeUrl !== null) location.replace(home) }, [home, ownsTab, site])
  return (
    <div class="page" data-testid={T.page} data-live={desk.live.value}>
      <TopBar site={site} looks={looks} identity={desk.identity} />
      <main class="sign-in" data-testid={T.notStaff}>
        <p>{t('signin.not_staff')}</p>
        <p><a class="primary button" href={home}>{t('signin.to_support')}</a></p>
      </main>
    </div>
  )
}

function StaffConsole(props: FaceProps) {
  const { desk, router, looks, site, ownsTab } = props
  const work = useDeskWork(props)
  useShortcuts(work, router, looks, !ownsTab)
  const { inbox, team, store, place } = work
  useRefusals({ desk, open: idOf(store), go: router.go })
  const isAdmin = desk.identity.role === 'admin'
  useTab(ownsTab, place === '' ? t('app.console') : place === 'replies' ? t('replies.title') : place === 'hours' ? t('hours.title') : place, team.unread)
  return (
    <div class={`page console ${place === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={desk.live.value && desk.watch.value === 'on'}>
      <TopBar site={site} looks={looks} identity={desk.identity} menu={<DeskMenu router={router} isAdmin={isAdmin} />}>
        <button type="button" class="quiet wide-only" title={t('keys.palette')} onClick={() => work.open('palette')}><kbd>Ctrl K</kbd><span class="hidden">{t('keys.palette')}</span></button>
        <button type="button" class="quiet icon-button wide-only" aria-label={t('keys.title')} title={t('keys.title')} onClick={() => work.open('keys')}>?</button>
      </TopBar>
      <ConnectionBar desk={desk} behind={behindOf(store)} needsWatch />
      <Unsent desk={desk} open={idOf(store)} go={router.go} />
      <Stats stats={team.stats.value} />
      <div class="columns">
        <nav class={`side ${work.selection.ids.value.size > 0 ? 'has-bulk' : ''}`} aria-label={t('console.nav')}>
          <Views inbox={inbox} counts={team.counts.value} />
          <FilterBar inbox={inbox} agents={team.agents.value} me={desk.identity.id} searchRef={work.searchRef} />
          <InboxList work={work} router={router} me={desk.identity.id} />
          <BulkBar selection={work.selection} />
        </nav>
        <main class="main">
          {place === '' && <Empty>{t('console.pick')}</Empty>}
          {place === 'replies' && <RepliesScreen rest={work.rest} team={team} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {place === 'hours' && <HoursScreen work={work} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {store !== null && !isScreen(place) && <OpenTicket key={place} work={work} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
      {work.overlay.value === 'palette' && <Palette work={work} looks={looks} router={router} />}
      {work.overlay.value === 'keys' && <Keys looks={looks} onClose={() => work.open(null)} />}
      <Toast />
    </div>
  )
}

/** The ways to the screens that are no ticket. */
function DeskMenu({ router, isAdmin }: { readonly router: FaceProps['router']; readonly isAdmin: boolean }) {
  const link = (to: string, title: string, testid: string) => (
    <a
      href={router.href(to)}
      data-testid={testid}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()
        router.go(to)
      }}
    >{title}</a>
  )
  return (
    <nav class="desk-menu" aria-label={t('console.menu')}>
      {link('replies', t('replies.title'), T.menuReplies)}
      {isAdmin && link('hours', t('hours.title'), T.menuHours)}
    </nav>
  )
}
