// What every page has around its content: the bar on top, the connection's state, refusals in words.

import type { ComponentChildren } from 'preact'
import { toast } from '../app/attention.ts'
import type { Identity } from '../app/auth.ts'
import type { Desk } from '../app/desk.ts'
import type { Looks } from '../app/looks.ts'
import type { NavLink } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { t, tProblem, type StringKey } from '../strings/index.ts'
import { T } from '../testids.ts'
import icon from './icon.svg'
import { LooksMenu } from './looks-menu.tsx'

/** The page among the platform's other pages. */
export interface Site {
  readonly title: StringKey
  readonly links: readonly NavLink[]
  readonly homeUrl: string | null
  readonly onHome: () => void
  /** Null: the platform signs people in and out. */
  readonly onSignOut: (() => void) | null
}

interface TopBarProps {
  readonly site: Site
  readonly looks: Looks
  readonly identity: Identity | null
  readonly children?: ComponentChildren
}

export function TopBar({ site, looks, identity, children }: TopBarProps) {
  return (
    <header class="top">
      <a class="brand" href={site.homeUrl ?? '#'} onClick={(event) => { event.preventDefault(); site.onHome() }}>
        <img src={icon} alt="" width="24" height="24" />
        <span>{t(site.title)}</span>
      </a>
      {site.links.length > 0 && (
        <nav class="site-links" aria-label={t('app.links')} data-testid={T.siteLinks}>
          {site.links.map(({ label, href }) => <a key={href} href={href}>{label}</a>)}
        </nav>
      )}
      <div class="who">
        {children}
        {identity !== null && (
          <>
            <span class="whoami" data-testid={T.whoami} data-user={identity.id}>{identity.name}</span>
            <span class="muted role">{t(identity.role === null ? 'signin.customer' : `signin.${identity.role}`)}</span>
          </>
        )}
        <LooksMenu looks={looks} />
        {identity !== null && site.onSignOut !== null && <button type="button" class="quiet sign-out" data-testid={T.signOut} onClick={site.onSignOut}>{t('signin.out')}</button>}
      </div>
    </header>
  )
}

/** Visible while things are not live, silent when they are. */
export function ConnectionBar({ desk, behind }: { readonly desk: Desk; readonly behind: number | null }) {
  const state = desk.connection.value
  const [kind, text] = sentence(state, behind)
  return (
    <div class="connection-slot" role="status" aria-live="polite">
      {kind !== null && (
        <div class={`connection ${kind}`} data-testid={T.connection} data-state={kind}>
          <span class="dot" aria-hidden="true" />
          <span>{text}</span>
          {(kind === 'waiting' || kind === 'away') && (
            <button type="button" class="quiet" data-testid={T.connectionRetry} onClick={() => desk.session.nudge()}>{t('connection.retry')}</button>
          )}
        </div>
      )}
    </div>
  )
}

function sentence(state: Desk['connection']['value'], behind: number | null): readonly [string | null, string] {
  switch (state.kind) {
    case 'off':
    case 'connecting':
      // The first attempt is the page's own loading; nobody needs to be told.
      return state.kind === 'connecting' && state.attempt > 0 ? ['connecting', t('connection.connecting')] : [null, '']
    case 'waiting': return ['waiting', t('connection.waiting')]
    case 'away': return ['away', t('connection.away', { reason: state.reason === '' ? String(state.code) : state.reason })]
    case 'live':
      if (behind === null) return [null, '']
      return ['catching_up', behind > 0 ? t('connection.catching_up_count', { n: behind }) : t('connection.catching_up')]
  }
}

export function Toast() {
  const sentence = toast.value
  return <div class="toast-slot" role="status">{sentence !== null && <p class="toast" data-testid={T.toast}>{sentence}</p>}</div>
}

export function ProblemLine({ problem, onRetry }: { readonly problem: Problem | null; readonly onRetry?: () => void }) {
  if (problem === null) return null
  return (
    <p class="problem" role="alert" data-testid={T.problem} data-code={problem.code}>
      <span>{tProblem(problem)}</span>
      {onRetry !== undefined && <button type="button" class="quiet" onClick={onRetry}>{t('app.retry')}</button>}
    </p>
  )
}

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => <span key={index} />)}
    </div>
  )
}

export function Empty({ children, testid }: { readonly children: ComponentChildren; readonly testid?: string }) {
  return <p class="empty" data-testid={testid}>{children}</p>
}
