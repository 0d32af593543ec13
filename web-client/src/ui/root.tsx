// Brings a face up: the desk's settings, then sign-in, then the face with the desk of whoever signed in.

import { effect, signal } from '@preact/signals'
import { render, type FunctionComponent } from 'preact'
import { createTokenAuth, type Auth, type GetToken } from '../app/auth.ts'
import { loadConfig, SiteRefused } from '../app/config.ts'
import { createDesk, type Desk } from '../app/desk.ts'
import { closeDrafts, openDrafts } from '../app/drafts.ts'
import { createLooks, type GivenLooks, type Looks } from '../app/looks.ts'
import { createDevAuth, tokenFrom } from '../app/page-auth.ts'
import type { Router } from '../app/router.ts'
import type { NavLink } from '../protocol/generated.ts'
import { t, type StringKey } from '../strings/index.ts'
import { T } from '../testids.ts'
import { TopBar, type Site } from './frame.tsx'
import { SignIn } from './sign-in.tsx'

export interface FaceProps {
  readonly desk: Desk
  readonly router: Router
  readonly looks: Looks
  readonly site: Site
  /** Whether the tab's title and icon are this face's to change. */
  readonly ownsTab: boolean
}

export interface Place {
  /** What the face is drawn into. */
  readonly container: HTMLElement
  /** What bears theme, language and direction: the document, or the container where the page is somebody else's. */
  readonly themed: HTMLElement
  readonly origin: string
  readonly router: Router
  readonly ownsTab: boolean
  readonly looks?: GivenLooks
  readonly getToken?: GetToken
  readonly links?: readonly NavLink[]
  readonly homeUrl?: string
}

export interface Mounting {
  readonly title: StringKey
  readonly face: FunctionComponent<FaceProps>
}

interface Open {
  readonly auth: Auth
  readonly site: Site
  readonly looks: Looks
}

type Start = { readonly kind: 'working' } | { readonly kind: 'failed'; readonly isRefused: boolean } | ({ readonly kind: 'ready' } & Open)

/** Gives what takes it all down again. */
export function bringUp(place: Place, { title, face: Face }: Mounting): () => void {
  const start = signal<Start>({ kind: 'working' })
  const desk = signal<Desk | null>(null)
  let last: string | null = null
  const begin = async () => {
    start.value = { kind: 'working' }
    try {
      start.value = { kind: 'ready', ...(await open(place, title)) }
    } catch (error) {
      start.value = { kind: 'failed', isRefused: error instanceof SiteRefused }
    }
  }
  const stop = effect(() => {
    const state = start.value.kind === 'ready' ? start.value.auth.state.value : null
    const before = desk.peek()
    before?.dispose()
    if (start.value.kind !== 'ready' || state?.kind !== 'in') {
      if (before !== null) closeDrafts()
      desk.value = null
      return
    }
    // Where one person stood, and what they looked for, is not for the next one.
    if (last !== null && last !== state.identity.id) place.router.leave()
    last = state.identity.id
    openDrafts(state.identity.id)
    desk.value = createDesk(state.identity, state.tokens, place.origin, start.value.auth.left)
  })
  function Root() {
    const now = start.value
    if (now.kind === 'failed') return <Bare title={title}><Failed isRefused={now.isRefused} onRetry={() => void begin()} /></Bare>
    if (now.kind === 'working') return <Bare title={title} />
    const signedIn = desk.value
    // A new person gets a new tree: nothing of the one before stays in it.
    if (signedIn !== null) return <Face key={signedIn.identity.id} desk={signedIn} router={place.router} looks={now.looks} site={now.site} ownsTab={place.ownsTab} />
    return <Gate title={title} open={now} />
  }
  render(<Root />, place.container)
  void begin()
  return () => {
    stop()
    desk.peek()?.dispose()
    closeDrafts()
    if (start.value.kind === 'ready') start.value.looks.dispose()
    place.router.dispose()
    render(null, place.container)
  }
}

async function open(place: Place, title: StringKey): Promise<Open> {
  const config = await loadConfig(place.origin)
  const looks = createLooks(place.themed, { languages: config.languages, ...place.looks })
  const getToken = place.getToken ?? (config.token_url === null ? null : tokenFrom(config.token_url))
  const auth = getToken === null ? createDevAuth(place.origin) : createTokenAuth(place.origin, getToken)
  const { demo } = auth
  const site: Site = {
    title,
    links: place.links ?? config.links,
    homeUrl: place.homeUrl ?? config.home_url,
    onHome: () => place.router.go(''),
    onSignOut: demo === null ? null : () => {
      place.router.go('')
      demo.signOut()
    },
  }
  return { auth, site, looks }
}

function Bare({ title, children }: { readonly title: StringKey; readonly children?: preact.ComponentChildren }) {
  return (
    <div class="page">
      <header class="top"><span class="brand">{t(title)}</span></header>
      <main class="sign-in">{children}</main>
    </div>
  )
}

function Failed({ isRefused = false, onRetry }: { readonly isRefused?: boolean; readonly onRetry: () => void }) {
  return (
    <p class="problem" role="alert" data-testid={T.problem} data-code={isRefused ? 'site_refused' : 'unreachable'}>
      <span>{isRefused ? t('problem.site_refused', { site: location.origin }) : t('problem.unreachable')}</span> <button type="button" class="quiet" onClick={onRetry}>{t('app.retry')}</button>
    </p>
  )
}

/** Nobody is signed in yet. */
function Gate({ open: { auth, site, looks } }: { readonly title: StringKey; readonly open: Open }) {
  const state = auth.state.value
  return (
    <div class="page">
      <TopBar site={site} looks={looks} identity={null} />
      {state.kind === 'pick' && auth.demo !== null && <SignIn demo={auth.demo} />}
      {state.kind === 'failed' && <main class="sign-in"><Failed onRetry={auth.retry} /></main>}
      {state.kind === 'out' && (
        <main class="sign-in" data-testid={T.signedOut}>
          <p>{t('app.signed_out')}</p>
          <p class="actions">
            {site.homeUrl !== null && <a class="primary button" href={site.homeUrl}>{t('app.home')}</a>}
            <button type="button" onClick={auth.retry}>{t('app.retry')}</button>
          </p>
        </main>
      )}
    </div>
  )
}
