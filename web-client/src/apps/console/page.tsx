// The console page: the figures on top, the ticket list on the left, and the open ticket next to the list.

import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { hasOwnQuery } from '../../client/memory-router.ts'
import type { TicketStore } from '../../client/ticket.ts'
import type { Feature } from '../../protocol/generated.ts'
import { t } from '../../locales/index.ts'
import { T, TOUR } from '../../testids.ts'
import { useReturn } from '../../ui/arrival.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Toast, TopBar } from '../../ui/frame.tsx'
import { lazy } from '../../ui/lazy.tsx'
import type { AppProps } from '../../ui/mount-app.tsx'
import { useTab } from '../../ui/tab.ts'
import { Unsent, useRefusals } from '../../ui/unsent.tsx'
import { PlaceLink } from '../../ui/place-link.tsx'
import { behindOf, idOf } from '../../ui/use-ticket.ts'
import { FilterBar } from './filter-bar.tsx'
import { InboxList } from './list.tsx'
import { NothingOpen, OpenTicket } from './open-ticket.tsx'
import { useShortcuts } from './shortcuts.ts'
import { useConsole, type ConsoleContext } from './context.ts'
import { screenAt } from './screens/index.ts'
import { Overview } from './stats.tsx'
import { EditedVersions } from '../../ui/message-edited.tsx'
import { showEdited } from '../../ui/message-tools.tsx'
import { fetchButtons } from '../../ui/use-attach.ts'

showEdited(EditedVersions)
fetchButtons(() => import('../../ui/attach-button.tsx'))

const SettingsArea = lazy(async () => (await import('./settings/area.tsx')).SettingsArea)
const BulkBar = lazy(async () => (await import('./bulk/bulk.tsx')).BulkBar)
/** Imports the command palette. Called right after the first screen is shown, so that the palette later opens without delay. */
const loadPalette = async () => (await import('./palette/palette.tsx')).Palette
const Palette = lazy(loadPalette)
const Tour = lazy(async () => (await import('./tour/tour.tsx')).Tour)
const Keys = lazy(async () => (await import('./keys.tsx')).Keys)

export function ConsolePage(props: AppProps) {
  return props.client.role.value !== null ? <StaffConsole {...props} /> : <SentHome {...props} />
}

/** Shown to people without staff rights. Redirects them to the host's home page, or to the support page. */
function SentHome({ client, preferences, site, ownsTab }: AppProps) {
  const home = site.homeUrl ?? `${client.origin}/support`
  useEffect(() => { if (ownsTab || site.homeUrl !== null) location.replace(home) }, [home, ownsTab, site])
  return (
    <div class="page" data-testid={T.page} data-live={client.live.value}>
      <TopBar site={site} preferences={preferences} identity={client.identity} />
      <main class="sign-in" tabIndex={-1} data-testid={T.notStaff}>
        <h1 class="hidden">{t(site.title)}</h1>
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
  const { inbox, store, place } = context
  useEffect(() => void loadPalette().catch(() => {}), [])
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- subscribes once per client: `context.now()` always returns the latest context
  useEffect(() => client.outbox.follow(async (entry) => (await import('./resolve-answered/resolve-answered.ts')).resolveAnswered(context.now(), entry)), [client])
  useRefusals({ client, open: idOf(store), go: router.go })
  const isAdmin = client.role.value === 'admin'
  const features = useComputed(() => (client.connection.value.kind === 'live' ? client.connection.value.features : null)).value
  const knows = (feature: Feature) => features?.includes(feature) === true
  // A server of the previous release does not support the `needs_answer` view, so show all tickets instead.
  const isOld = features !== null && !knows('needs_answer')
  useEffect(() => { if (isOld && inbox.filters.peek().view === 'needs_answer') inbox.filter({ view: 'all' }) }, [isOld, inbox])
  const isSettings = hasOwnQuery(place)
  useTab(ownsTab, isSettings ? screenAt(place)?.screen.title() ?? t('settings.title') : place === '' ? t('app.console') : place, context.unread)
  return (
    <div class={`page console ${place === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={client.live.value && client.watch.value === 'on'}>
      <TopBar site={site} preferences={preferences} identity={{ ...client.identity, role: client.role.value }} menu={<AllSettings context={context} />}>
        <button type="button" class="quiet wide-only" title={t('keys.palette')} onClick={() => context.open('palette')}><kbd>Ctrl K</kbd><span class="hidden">{t('keys.palette')}</span></button>
        <button type="button" class="quiet icon-button wide-only" aria-label={t('keys.title')} title={t('keys.title')} onClick={() => context.open('keys')}><kbd>?</kbd></button>
      </TopBar>
      <Connection client={client} store={store} />
      <Unsent client={client} open={idOf(store)} go={router.go} />
      {isSettings ? <SettingsArea context={context} isAdmin={isAdmin} features={features} /> : <Desk context={context} router={router} preferences={preferences} />}
      {context.overlay.value === 'palette' && <Palette context={context} preferences={preferences} router={router} />}
      {context.overlay.value === 'keys' && <Keys preferences={preferences} onClose={() => context.open(null)} />}
      {context.overlay.value === 'tour' && <Tour context={context} onClose={() => endTour(context)} />}
      <Toast />
    </div>
  )
}

/** The main part of the console: the figures, the ticket list, and the open ticket. */
function Desk({ context, router, preferences }: { readonly context: ConsoleContext } & Pick<AppProps, 'router' | 'preferences'>) {
  const { client, inbox, team, store, place } = context
  const columns = useReturn(place)
  return (
    <>
      <Overview inbox={inbox} counts={team.counts.value} stats={team.stats.value} />
      <div class="columns" ref={columns}>
        <nav class={`side ${context.selection.ids.value.size > 0 ? 'has-bulk' : ''}`} tabIndex={-1} aria-label={t('console.nav')}>
          {place === '' && <h1 class="hidden">{t('app.console')}</h1>}
          <FilterBar inbox={inbox} keys={preferences.keys.value} agents={team.agents.value} me={client.identity.id} searchRef={context.searchRef} />
          <InboxList context={context} router={router} me={client.identity.id} />
          {(context.selection.ids.value.size > 0 || context.selection.results.value !== null || context.selection.problem.value !== null) && <BulkBar selection={context.selection} />}
        </nav>
        <main class="main" tabIndex={-1}>
          {place === '' && <NothingOpen context={context} />}
          {place === '' && !client.habits.toured.value && context.overlay.value !== 'tour' && <TourOffer context={context} />}
          {store !== null && <OpenTicket key={place} context={context} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
    </>
  )
}

/**
 * The connection bar. It is a component of its own, so that an event of the open ticket renders only the bar again and not the whole page.
 */
function Connection({ client, store }: { readonly client: AppProps['client']; readonly store: TicketStore | null }) {
  return <ConnectionBar client={client} behind={behindOf(store)} needsWatch />
}

/** Offers the console tour to an agent who has neither taken nor declined it. */
function TourOffer({ context }: { readonly context: ConsoleContext }) {
  return (
    <p class="tour-offer" data-testid={TOUR.offer}>
      <span>{t('tour.offer')}</span>
      <button type="button" data-testid={TOUR.start} onClick={() => context.open('tour')}>{t('tour.start')}</button>
      {/* A click on this button removes the button together with the tour's offer, so move the focus to the main element first. */}
      <button type="button" class="quiet" onClick={(event) => { event.currentTarget.closest('main')?.focus(); endTour(context) }}>{t('app.dismiss')}</button>
    </p>
  )
}

function endTour(context: ConsoleContext): void {
  context.client.habits.toured.value = true
  context.open(null)
}

/** The link to all settings, in the menu of the most used preferences. */
function AllSettings({ context }: { readonly context: ConsoleContext }) {
  return <p class="menu-settings"><PlaceLink context={context} to="settings" className="button" testid={T.menuSettings}>{t('settings.all')}</PlaceLink></p>
}
