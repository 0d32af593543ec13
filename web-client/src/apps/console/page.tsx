// The team's page: figures above, the tickets of a view on the left, the open one beside them.

import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { TicketStore } from '../../client/ticket.ts'
import type { Feature } from '../../protocol/generated.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { useReturn } from '../../ui/arrival.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Toast, TopBar } from '../../ui/frame.tsx'
import { lazy } from '../../ui/lazy.tsx'
import type { AppProps } from '../../ui/mount-app.tsx'
import { useTab } from '../../ui/tab.ts'
import { Unsent, useRefusals } from '../../ui/unsent.tsx'
import { behindOf, idOf } from '../../ui/use-ticket.ts'
import { FilterBar } from './filter-bar.tsx'
import { InboxList } from './list.tsx'
import { NothingOpen, OpenTicket } from './open-ticket.tsx'
import { useShortcuts } from './shortcuts.ts'
import { Overview } from './stats.tsx'
import { isScreen, useConsole } from './context.ts'

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

export function ConsolePage(props: AppProps) {
  return props.client.role.value !== null ? <StaffConsole {...props} /> : <SentHome {...props} />
}

/** The console is not for this person: they are taken where they belong. */
function SentHome({ client, preferences, site, ownsTab }: AppProps) {
  const home = site.homeUrl ?? `${client.origin}/support`
  useEffect(() => { if (ownsTab || site.homeUrl !== null) location.replace(home) }, [home, ownsTab, site])
  return (
    <div class="page" data-testid={T.page} data-live={client.live.value}>
      <TopBar site={site} preferences={preferences} identity={client.identity} />
      <main class="sign-in" data-testid={T.notStaff}>
        <p>{t('signin.not_staff')}</p>
        <p><a class="primary button" href={home}>{t('signin.to_support')}</a></p>
      </main>
    </div>
  )
}

function StaffConsole(props: AppProps) {
  const { client, router, preferences, site, ownsTab } = props
  const context = useConsole(props)
  useShortcuts(context, router, preferences, !ownsTab)
  const { inbox, team, store, place } = context
  useEffect(() => void loadPalette().catch(() => {}), [])
  useEffect(() => client.outbox.follow(async (entry) => (await import('./resolve-answered.ts')).resolveAnswered(context.now(), entry)), [client])
  useRefusals({ client, open: idOf(store), go: router.go })
  const isAdmin = client.role.value === 'admin'
  const columns = useReturn(place)
  const features = useComputed(() => (client.connection.value.kind === 'live' ? client.connection.value.features : null)).value
  const knows = (feature: Feature) => features?.includes(feature) === true
  // A server of the build before does not know who waits.
  const isOld = features !== null && !knows('needs_answer')
  useEffect(() => { if (isOld && inbox.filters.peek().view === 'needs_answer') inbox.filter({ view: 'all' }) }, [isOld, inbox])
  useTab(ownsTab, place === '' ? t('app.console') : place === 'replies' ? t('replies.title') : place === 'hours' ? t('hours.title') : place === 'team' ? t('roles.title') : place, context.unread)
  return (
    <div class={`page console ${place === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={client.live.value && client.watch.value === 'on'}>
      <TopBar site={site} preferences={preferences} identity={{ ...client.identity, role: client.role.value }} menu={<><HabitsForm habits={client.habits}><AlertsForm habits={client.habits} /></HabitsForm>{isAdmin && knows('reply_assigns') && <div class="preferences"><ReplyAssigns rest={context.rest} /></div>}<DeskMenu router={router} isAdmin={isAdmin} /></>}>
        <button type="button" class="quiet wide-only" title={t('keys.palette')} onClick={() => context.open('palette')}><kbd>Ctrl K</kbd><span class="hidden">{t('keys.palette')}</span></button>
        <button type="button" class="quiet icon-button wide-only" aria-label={t('keys.title')} title={t('keys.title')} onClick={() => context.open('keys')}>?</button>
      </TopBar>
      <Connection client={client} store={store} />
      <Unsent client={client} open={idOf(store)} go={router.go} />
      <Overview inbox={inbox} counts={team.counts.value} stats={team.stats.value} />
      <div class="columns" ref={columns}>
        <nav class={`side ${context.selection.ids.value.size > 0 ? 'has-bulk' : ''}`} aria-label={t('console.nav')}>
          <FilterBar inbox={inbox} keys={preferences.keys.value} agents={team.agents.value} me={client.identity.id} searchRef={context.searchRef} />
          <InboxList context={context} router={router} me={client.identity.id} />
          {(context.selection.ids.value.size > 0 || context.selection.results.value !== null || context.selection.problem.value !== null) && <BulkBar selection={context.selection} />}
        </nav>
        <main class="main">
          {place === '' && <NothingOpen context={context} />}
          {place === 'replies' && <RepliesScreen client={client} rest={context.rest} team={team} begun={context.reply} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {place === 'hours' && <HoursScreen context={context} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {place === 'team' && <TeamRoles context={context} isAdmin={isAdmin} onBack={() => router.go('')} />}
          {store !== null && !isScreen(place) && <OpenTicket key={place} context={context} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
      {context.overlay.value === 'palette' && <Palette context={context} preferences={preferences} router={router} />}
      {context.overlay.value === 'keys' && <Keys preferences={preferences} onClose={() => context.open(null)} />}
      <Toast />
    </div>
  )
}

/** By itself: it follows each event of the open ticket, which redraws nothing else here. */
function Connection({ client, store }: { readonly client: AppProps['client']; readonly store: TicketStore | null }) {
  return <ConnectionBar client={client} behind={behindOf(store)} needsWatch />
}

/** The ways to the screens that are no ticket. */
function DeskMenu({ router, isAdmin }: { readonly router: AppProps['router']; readonly isAdmin: boolean }) {
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
