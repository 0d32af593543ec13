// The settings area: the navigation on one side, the chosen screen next to it. A narrow page shows only one of them at a time.

import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { keptFor } from '../../../client/resource.ts'
import type { Features } from '../../../protocol/model.ts'
import { t } from '../../../locales/index.ts'
import { T } from '../../../testids.ts'
import { Icon } from '../../../ui/icon.tsx'
import { lazy } from '../../../ui/lazy.tsx'
import { PlaceLink } from '../../../ui/place-link.tsx'
import { useSheet } from '../../../ui/use-sheet.ts'
import kit from '../../../ui/styles/kit.css?inline'
import css from './settings.css?inline'
import type { ConsoleContext } from '../context.ts'
import { GROUPS, screenAt, screensFor, type Screen, type ScreenProps } from '../screens/index.ts'
import { ScreenPage } from './screen-page.tsx'
import { s } from './strings.ts'

interface AreaProps {
  readonly context: ConsoleContext
  readonly isAdmin: boolean
  readonly features: Features | null
}

const CSS = `${kit}${css}`

export function SettingsArea({ context, isAdmin, features }: AreaProps) {
  const area = useRef<HTMLDivElement>(null)
  useSheet(area, CSS)
  const screens = screensFor({ isAdmin, features })
  const found = screenAt(context.place)
  // If a screen is shown, its title is the `h1` of the page, so the area's title is a paragraph.
  const Title = found === null ? 'h1' : 'p'
  return (
    <div ref={area} class={`settings ${found === null ? 'at-nav' : 'at-screen'}`} data-testid={T.settings}>
      <nav class="settings-nav" tabIndex={-1} aria-label={t('settings.title')} data-testid={T.settingsNav}>
        <PlaceLink context={context} to="" className="settings-back" testid={T.settingsBack}><Icon name="back" />{s('settings.back')}</PlaceLink>
        <Title class="settings-title">{t('settings.title')}</Title>
        {GROUPS.map((group) => {
          const members = screens.filter((one) => one.group === group)
          return members.length === 0 ? null : (
            <section key={group} aria-label={t(`settings.group.${group}`)}>
              <h2>{t(`settings.group.${group}`)}</h2>
              <ul>
                {members.map((one) => (
                  <li key={one.path}>
                    <PlaceLink context={context} to={one.path} isCurrent={found?.screen === one} testid={T.settingsLink} screen={one.path}><Icon name={one.icon} />{one.title()}</PlaceLink>
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
      </nav>
      <main class="settings-main" tabIndex={-1}>
        {found === null
          ? <First context={context} screens={screens} />
          : found.screen.needs === 'admin' && !isAdmin
            ? <ScreenPage context={context} title={found.screen.title()}><p class="muted" data-testid={T.settingsOnlyAdmins}>{s('settings.only_admins')}</p></ScreenPage>
            : <Shown key={found.screen.path} screen={found.screen} context={context} isAdmin={isAdmin} sub={found.sub} />}
      </main>
    </div>
  )
}

/** Shown if the address names no screen. If the page is wide enough for the navigation and a screen, opens the first screen. */
function First({ context, screens }: { readonly context: ConsoleContext; readonly screens: readonly Screen[] }) {
  const main = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const first = screens[0]
    if (first !== undefined && main.current !== null && main.current.getClientRects().length > 0) context.replace(first.path)
  }, [screens, context])
  return <div ref={main} class="settings-none">{s('settings.pick')}</div>
}

const parts = keptFor((screen: Screen) => lazy(screen.load))
const partOf = (screen: Screen): ComponentType<ScreenProps> => parts(screen)

function Shown({ screen, ...props }: ScreenProps & { readonly screen: Screen }) {
  const Part = partOf(screen)
  // oxlint-disable-next-line react/static-components -- `partOf` caches one component per screen, so no render creates a new one
  return <Part {...props} />
}
