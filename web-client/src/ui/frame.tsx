// The frame around every page: the top bar and the short notifications.

import type { ComponentChildren } from 'preact'
import { hushToast, toast } from '../client/notifications.ts'
import type { Identity } from '../client/auth.ts'
import type { Preferences } from '../client/preferences.ts'
import type { NavLink } from '../protocol/generated.ts'
import { t, type StringKey } from '../locales/index.ts'
import { SIGN_OUT, T } from '../testids.ts'
import { contentOf } from './arrival.ts'
import { Avatar } from './badges.tsx'
import icon from './icon.svg'
import { addIcons, Icon } from './icon.tsx'
import { PAGE_ICONS } from './icons.ts'
import { PreferencesMenu } from './preferences-menu.tsx'

addIcons(PAGE_ICONS)

/** The links between the app and the other pages of the web site that embeds Helpline. */
export interface Site {
  readonly title: StringKey
  readonly links: readonly NavLink[]
  readonly homeUrl: string | null
  readonly onHome: () => void
  /** Null if the web site that embeds Helpline handles signing out. */
  readonly onSignOut: (() => void) | null
}

interface TopBarProps {
  readonly site: Site
  readonly preferences: Preferences
  readonly identity: Identity | null
  /** Entries that the page adds to the preferences menu. */
  readonly menu?: ComponentChildren
  readonly children?: ComponentChildren
}

function skip(event: { readonly currentTarget: HTMLElement }): void {
  const page = event.currentTarget.closest('.page')
  if (page !== null) contentOf(page)?.focus()
}

export function TopBar({ site, preferences, identity, menu, children }: TopBarProps) {
  return (
    <header class="top">
      <button type="button" class="skip" data-testid={T.skip} onClick={skip}>{t('app.skip')}</button>
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
            <Avatar name={identity.name} size="small" />
            <span class="whoami" data-testid={T.whoami} data-user={identity.id}>{identity.name}</span>
            <span class="muted role">{t(identity.role === null ? 'signin.customer' : `signin.${identity.role}`)}</span>
          </>
        )}
        <PreferencesMenu preferences={preferences}>
          {menu}
          {identity !== null && site.onSignOut !== null && <NarrowSignOut name={identity.name} onSignOut={site.onSignOut} />}
        </PreferencesMenu>
        {identity !== null && site.onSignOut !== null && <button type="button" class="quiet icon-button sign-out" aria-label={t('signin.out')} title={t('signin.out')} data-testid={T.signOut} onClick={site.onSignOut}><Icon name="out" /></button>}
      </div>
    </header>
  )
}

/** The sign-out entry of the preferences menu. It is shown on narrow pages, whose top bar has no room for a sign-out button. */
function NarrowSignOut({ name, onSignOut }: { readonly name: string; readonly onSignOut: () => void }) {
  return (
    <p class="narrow-only menu-sign-out">
      <span dir="auto">{name}</span>
      <button type="button" data-testid={SIGN_OUT.narrow} onClick={onSignOut}>{t('signin.out')}</button>
    </p>
  )
}

export function Toast() {
  const said = toast.value
  return (
    <div class="toast-slot" role="status">
      {said !== null && (
        <p class="toast" data-testid={T.toast}>
          <span dir="auto">{said.sentence}</span>
          {said.action !== null && <button type="button" data-testid={T.toastAction} onClick={() => { hushToast(); said.action?.run() }}>{said.action.label}</button>}
        </p>
      )}
    </div>
  )
}
