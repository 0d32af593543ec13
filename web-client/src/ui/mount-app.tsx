// Starts an app: loads the desk's settings, signs the person in, and renders the app for them.

import { effect, signal } from '@preact/signals'
import { render, type FunctionComponent } from 'preact'
import { say, toastsFor } from '../client/notifications.ts'
import { createTokenAuth, type Auth, type GetToken } from '../client/auth.ts'
import { loadConfig, NoSignIn, SiteRefused } from '../client/config.ts'
import type { Client } from '../client/client.ts'
import { closeDrafts, openDrafts } from '../client/drafts.ts'
import { createPreferences, type GivenPreferences, type Preferences } from '../client/preferences.ts'
import type { OwnSignIn } from '../client/own-sign-in.ts'
import { tokenFrom } from '../client/page-auth.ts'
import { createTeamClient } from '../client/team-client.ts'
import type { Router } from '../client/memory-router.ts'
import type { NavLink } from '../protocol/generated.ts'
import { sentencesCame, t, type StringKey } from '../locales/index.ts'
import { T } from '../testids.ts'
import { guardDrops } from './drop-guard.ts'
import { TopBar, type Site } from './frame.tsx'
import { lazy, showFailed } from './lazy.tsx'
import { PartFailed } from './part-failed.tsx'
import { Skeleton } from './skeleton.tsx'

showFailed((onRetry, fault) => <PartFailed onRetry={onRetry} fault={fault} />)

/** The sign-out dialog. It is loaded right after the first screen, because it is needed most when there is no connection. */
const loadSignOut = async () => (await import('./sign-out.tsx')).SignOut
const SignOut = lazy(loadSignOut)
/** The choice of a demo person. Only development servers have it. */
const SignIn = lazy(async () => (await import('./sign-in.tsx')).SignIn)

export interface AppProps {
  readonly client: Client
  readonly router: Router
  readonly preferences: Preferences
  readonly site: Site
  /** Whether the app may change the tab's title and icon. False in a host page. */
  readonly ownsTab: boolean
}

export interface Place {
  /** The element to render the app into. */
  readonly container: HTMLElement
  /** The element on which the theme, the language and the direction are set: the document's root, or the container in a host page. */
  readonly themed: HTMLElement
  readonly origin: string
  readonly router: Router
  readonly ownsTab: boolean
  readonly preferences?: GivenPreferences
  readonly getToken?: GetToken
  readonly links?: readonly NavLink[]
  readonly homeUrl?: string
}

export interface AppDefinition {
  readonly title: StringKey
  readonly app: FunctionComponent<AppProps>
}

interface Open {
  readonly auth: Auth
  readonly site: Site
  readonly preferences: Preferences
  /** Sign-in through the desk's OpenID provider. Null if the platform that embeds Helpline signs people in. */
  readonly own: OwnSignIn | null
}

type Why = 'site_refused' | 'no_sign_in' | 'unreachable'

type Start = { readonly kind: 'working' } | { readonly kind: 'failed'; readonly why: Why } | ({ readonly kind: 'ready' } & Open)

/** Mounts an app. Returns a function that unmounts it and releases all its resources. */
export function mountApp(place: Place, { title, app: App }: AppDefinition): () => void {
  const start = signal<Start>({ kind: 'working' })
  const client = signal<Client | null>(null)
  /**
   * Completes the sign-out after the person has decided what happens to their unsent messages. Null while the sign-out dialog is closed.
   */
  const leaving = signal<(() => void) | null>(null)
  let last: string | null = null
  const signOut = (out: () => void) => {
    // Paused messages do not open the dialog, because the person has already decided about them at an earlier sign-out.
    if (client.peek()?.unsent.peek().some((entry) => !entry.paused) === true) leaving.value = out
    else out()
  }
  /**
   * Called when the person has signed out. Pauses their unsent messages, so that these are sent only if the person agrees after the next
   * sign-in.
   */
  const ended = (auth: Auth) => {
    const who = client.peek()
    if (who === null) return
    who.outbox.pause()
    auth.left(who.identity.id, 'signed_out')
  }
  let stopListening = () => {}
  const begin = async () => {
    start.value = { kind: 'working' }
    try {
      const opened = await open(place, title, { signOut, ended, stays: () => { leaving.value = null } })
      stopListening()
      stopListening = opened.own?.onSignedOutElsewhere(() => ended(opened.auth)) ?? (() => {})
      start.value = { kind: 'ready', ...opened }
    } catch (error) {
      start.value = { kind: 'failed', why: error instanceof SiteRefused ? 'site_refused' : error instanceof NoSignIn ? 'no_sign_in' : 'unreachable' }
    }
  }
  const stop = effect(() => {
    const state = start.value.kind === 'ready' ? start.value.auth.state.value : null
    const before = client.peek()
    before?.dispose()
    leaving.value = null
    toastsFor(state?.kind === 'in' ? state.identity.id : null)
    if (start.value.kind !== 'ready' || state?.kind !== 'in') {
      if (before !== null) closeDrafts()
      client.value = null
      return
    }
    // Another person must not see the previous person's location in the app or their search text.
    if (last !== null && last !== state.identity.id) place.router.leave()
    last = state.identity.id
    openDrafts(state.identity.id)
    start.value.own?.settle()
    if (start.value.site.onSignOut !== null) void loadSignOut().catch(() => {})
    client.value = createTeamClient(state.identity, state.tokens, place.origin, start.value.auth.left)
  })
  function Root() {
    const now = start.value
    if (now.kind === 'failed') return <Bare title={title}><Failed why={now.why} onRetry={() => void begin()} /></Bare>
    if (now.kind === 'working') return <Bare title={title}><Skeleton lines={4} /></Bare>
    const signedIn = client.value
    // The `key` gives each person a new component tree, so that no state of the previous person remains.
    if (signedIn !== null) {
      return (
        <>
          <App key={signedIn.identity.id} client={signedIn} router={place.router} preferences={now.preferences} site={now.site} ownsTab={place.ownsTab} />
          {leaving.value !== null && <SignOut client={signedIn} onSignOut={leaving.value} onClose={() => { leaving.value = null }} />}
        </>
      )
    }
    return <Gate title={title} open={now} />
  }
  render(<Root />, place.container)
  // In a host page, only the app's own part is guarded.
  const guarding = new AbortController()
  guardDrops(place.ownsTab ? document.documentElement : place.container, guarding.signal)
  const keptFocus = import('./keep-focus.ts').then(({ keepFocus }) => keepFocus(place.container)).catch(() => () => {})
  void begin()
  return () => {
    stop()
    stopListening()
    guarding.abort()
    client.peek()?.dispose()
    toastsFor(null)
    closeDrafts()
    if (start.value.kind === 'ready') start.value.preferences.dispose()
    place.router.dispose()
    void keptFocus.then((leave) => leave())
    render(null, place.container)
  }
}

interface Leaving {
  /** Calls `out` (which signs the person out) once the person has decided what happens to unsent messages, or at once if there are none. */
  signOut(out: () => void): void
  ended(auth: Auth): void
  /** Called if signing out has failed, so the person is still signed in. */
  stays(): void
}

async function open(place: Place, title: StringKey, { signOut, ended, stays }: Leaving): Promise<Open> {
  const config = await loadConfig(place.origin)
  const preferences = createPreferences(place.themed, { languages: config.languages, ...place.preferences })
  await sentencesCame()
  // Sign-in through the desk's OpenID provider uses a cookie of the desk's origin, so it does not work in a page of another site.
  const own = place.getToken === undefined && place.origin === location.origin && config.sign_in_url !== null && config.sign_out_url !== null
    ? (await import('../client/own-sign-in.ts')).createOwnSignIn(config.sign_in_url, config.sign_out_url, place.router)
    : null
  const getToken = place.getToken ?? (config.token_url === null ? null : tokenFrom(config.token_url))
  // Without a source of tokens, no one can sign in, except as a demo person of a development server.
  if (getToken === null && !config.dev) throw new NoSignIn()
  const auth = getToken === null ? (await import('../client/dev-auth.ts')).createDevAuth(place.origin) : createTokenAuth(place.origin, getToken)
  const { demo } = auth
  const outOf = async (by: OwnSignIn) => {
    const done = await by.signOut()
    if (done === null) {
      stays()
      return say(t('signin.out_failed'))
    }
    place.router.go('')
    ended(auth)
    if (done.next !== null) location.assign(done.next)
  }
  const site: Site = {
    title,
    links: place.links ?? config.links,
    homeUrl: place.homeUrl ?? config.home_url,
    onHome: () => place.router.go(''),
    onSignOut: own !== null ? () => signOut(() => void outOf(own)) : demo === null ? null : () => signOut(() => {
      place.router.go('')
      demo.signOut()
    }),
  }
  return { auth, site, preferences, own }
}

function Bare({ title, children }: { readonly title: StringKey; readonly children?: preact.ComponentChildren }) {
  return (
    <div class="page">
      <header class="top"><span class="brand">{t(title)}</span></header>
      <main class="sign-in" tabIndex={-1}><h1 class="hidden">{t(title)}</h1>{children}</main>
    </div>
  )
}

function Failed({ why, onRetry }: { readonly why: Why | 'blocked'; readonly onRetry: () => void }) {
  return (
    <p class="problem" role="alert" data-testid={T.problem} data-code={why}>
      <span>{t(`problem.${why}`, { site: location.origin })}</span> <button type="button" class="quiet" onClick={onRetry}>{t('app.retry')}</button>
    </p>
  )
}

/** Shown while no one is signed in: the sign-in, a placeholder while loading, or an error. */
function Gate({ title, open: { auth, site, preferences, own } }: { readonly title: StringKey; readonly open: Open }) {
  const state = auth.state.value
  const heading = <h1 class="hidden">{t(title)}</h1>
  return (
    <div class="page">
      <TopBar site={site} preferences={preferences} identity={null} />
      {state.kind === 'pick' && auth.demo !== null && <SignIn demo={auth.demo} />}
      {state.kind === 'working' && <main class="sign-in" tabIndex={-1}>{heading}<Skeleton lines={4} /></main>}
      {(state.kind === 'failed' || state.kind === 'blocked') && <main class="sign-in" tabIndex={-1}>{heading}<Failed why={state.kind === 'failed' ? 'unreachable' : 'blocked'} onRetry={auth.retry} /></main>}
      {state.kind === 'out' && (
        <main class="sign-in" tabIndex={-1} data-testid={T.signedOut}>
          {heading}
          {own !== null && own.refused.value !== null && <p class="problem" role="alert" data-testid={T.problem} data-code={own.refused.value}>{t(`signin.refused.${own.refused.value}`)}</p>}
          {(own === null || own.refused.value === null) && <p>{t('app.signed_out')}</p>}
          <p class="actions">
            {own !== null && <a class="primary button" href={own.href()} data-testid={T.signInGo}>{t('signin.go')}</a>}
            {site.homeUrl !== null && <a class={own === null ? 'primary button' : 'button'} href={site.homeUrl}>{t('app.home')}</a>}
            {own === null && <button type="button" onClick={auth.retry}>{t('app.retry')}</button>}
          </p>
        </main>
      )}
    </div>
  )
}
