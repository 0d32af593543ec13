// The team's page: figures above, the tickets of a view on the left, the open one beside them.

import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { TicketStore } from '../../app/ticket.ts'
import type { Feature } from '../../protocol/generated.ts'
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
import { behindOf, idOf } from '../../ui/use-ticket.ts'
import { FilterBar } from './filter-bar.tsx'
import { InboxList } from './list.tsx'
import { OpenTicket } from './open-ticket.tsx'
import { useShortcuts } from './shortcuts.ts'
import { Stats } from './stats.tsx'
import { isScreen, useDeskWork } from './work.ts'
import { Views } from './views.tsx'

const RepliesScreen = lazy(async () => (await import('./replies.tsx')).RepliesScreen)
const HoursScreen = lazy(async () => (await import('./hours.tsx')).HoursScreen)
const TeamRoles = lazy(async () => (await import('./team-roles.tsx')).TeamRoles)
const HabitsForm = lazy(async () => (await import('../../ui/habits-form.tsx')).HabitsForm)
const AlertsForm = lazy(async () => (await import('./alerts-form.tsx')).AlertsForm)
const ReplyAssigns = lazy(async () => (await import('./reply-assigns.tsx')).ReplyAssigns)
const BulkBar = lazy(async () => (await import('./bulk.tsx')).BulkBar)
/** Fetched behind the first screen, so that it is there for the first key. */
const loadPalette = async () => (await import('./palette.tsx')).Palette
const Palette = lazy(loadPalette)
const Keys = lazy(async () => (await import('./keys.tsx')).Keys)

export function ConsolePage(props: FaceProps) {
  return props.desk.role.value !== null ? <StaffConsole {...props} /> : <SentHome {...props} />
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
  useEffect(() => void loadPalette().catch(() => {}), [])
  useEffect(() => desk.outbox.follow(async (entry) => (await import('./resolve-answered.ts')).resolveAnswered(work.now(), entry)), [desk])
  useRefusals({ desk, open: idOf(store), go: router.go })
  const isAdmin = desk.role.value === 'admin'
  const columns = useReturn(place)
  const features = useComputed(() => (desk.connection.value.kind === 'live' ? desk.connection.value.features : null)).value
  const knows = (feature: Feature) => features?.includes(feature) === true
  // A server of the build before does not know who waits.
  const isOld = features !== null && !knows('needs_answer')
  useEffect(() => { if (isOld && inbox.filters.peek().view === 'needs_answer') inbox.filter({ view: 'all' }) }, [isOld, inbox])
  useTab(ownsTab, place === '' ? t('app.console') : place === 'replies' ? t('replies.title') : place === 'hours' ? t('hours.title') : place === 'team' ? t('roles.title') : place, work.unread)
  return (
    <div class={`page console ${place === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={desk.live.value && desk.watch.value === 'on'}>
      <TopBar site={site} looks={looks} identity={{ ...desk.identity, role: desk.role.value }} menu={<><HabitsForm habits={desk.habits}><AlertsForm habits={desk.habits} /></HabitsForm>{isAdmin && knows('reply_assigns') && <div class="looks"><ReplyAssigns rest={work.rest} /></div>}<DeskMenu router={router} isAdmin={isAdmin} /></>}>
        <button type="button" class="quiet wide-only" title={t('keys.palette')} onClick={() => work.open('palette')}><kbd>Ctrl K</kbd><span class="hidden">{t('keys.palette')}</span></button>
        <button type="button" class="quiet icon-button wide-only" aria-label={t('keys.title')} title={t('keys.title')} onClick={() => work.open('keys')}>?</button>
      </TopBar>
      <Connection desk={desk} store={store} />
      <Unsent desk={desk} open={idOf(store)} go={router.go} />
      <Stats stats={team.stats.value} />
      <div class="columns" ref={columns}>
        <nav class={`side ${work.selection.ids.value.size > 0 ? 'has-bulk' : ''}`} aria-label={t('console.nav')}>
          <Views inbox={inbox} counts={team.counts.value} />
          <FilterBar inbox={inbox} keys={looks.keys.value} agents={team.agents.value} me={desk.identity.id} searchRef={work.searchRef} />
          <InboxList work={work} router={router} me={desk.identity.id} />
          {(work.selection.ids.value.size > 0 || work.selection.results.value !== null || work.selection.problem.value !== null) && <BulkBar selection={work.selection} />}
        </nav>
        <main class="main">
          {place === '' && <Empty>{t('console.pick')}</Empty>}
          {place === 'replies' && <RepliesScreen desk={desk} rest={work.rest} team={team} begun={work.reply} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {place === 'hours' && <HoursScreen work={work} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {place === 'team' && <TeamRoles work={work} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {store !== null && !isScreen(place) && <OpenTicket key={place} work={work} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
      {work.overlay.value === 'palette' && <Palette work={work} looks={looks} router={router} />}
      {work.overlay.value === 'keys' && <Keys looks={looks} onClose={() => work.open(null)} />}
      <Toast />
    </div>
  )
}

/** By itself: it follows each event of the open ticket, which redraws nothing else here. */
function Connection({ desk, store }: { readonly desk: FaceProps['desk']; readonly store: TicketStore | null }) {
  return <ConnectionBar desk={desk} behind={behindOf(store)} needsWatch />
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
      {isAdmin && link('team', t('roles.title'), T.menuTeam)}
    </nav>
  )
}
