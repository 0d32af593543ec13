// The menu of preferences that are stored on this device: theme, language, sound, notifications.

import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import { askToNotify, say } from '../client/notifications.ts'
import { isFull } from '../client/browser.ts'
import { THEMES, type Preferences } from '../client/preferences.ts'
import { word } from '../protocol/narrow.ts'
import { direction, language, LANGUAGE_NAMES, t, type Language } from '../locales/index.ts'
import { T } from '../testids.ts'
import { Icon } from './icon.tsx'

export function PreferencesMenu({ preferences, children }: { readonly preferences: Preferences; readonly children?: ComponentChildren }) {
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  return (
    <>
      <button type="button" onClick={(event) => { if (menu.current !== null) putBelow(menu.current, event.currentTarget.getBoundingClientRect()) }} class="quiet icon-button" popovertarget={id} aria-label={t('app.menu')} title={t('app.menu')} data-testid={T.preferences}><Icon name="settings" /></button>
      <div ref={menu} id={id} popover="auto" class="menu" role="dialog" aria-label={t('app.menu')}><LooksForm preferences={preferences} />{children}</div>
    </>
  )
}

const GAP_PX = 6
const EDGE_PX = 12

/** Positions the menu below its button, in coordinates of the window. */
function putBelow(menu: HTMLElement, { left, right, bottom }: DOMRect): void {
  const width = document.documentElement.clientWidth
  menu.style.insetBlockStart = `${bottom + GAP_PX}px`
  if (direction() === 'rtl') menu.style.left = `${Math.max(EDGE_PX, left)}px`
  else menu.style.right = `${Math.max(EDGE_PX, width - right)}px`
}

export function LooksForm({ preferences }: { readonly preferences: Preferences }) {
  const [refused, setRefused] = useState(false)
  const notify = async (field: HTMLInputElement) => {
    const on = field.checked
    const allowed = !on || (await askToNotify())
    setRefused(!allowed)
    preferences.notify.value = on && allowed
    // If the browser refuses notifications again, no state changes and nothing is rendered, so reset the checkbox directly.
    field.checked = preferences.notify.value
  }
  const speak = async (field: HTMLSelectElement) => {
    const next = word(preferences.languages, field.value)
    if (next !== null) await chooseLanguage(preferences, next)
    // If the language could not be loaded, nothing is rendered again, so reset the select element directly.
    field.value = language()
  }
  return (
    <div class="preferences">
      <label>
        <span>{t('preferences.theme')}</span>
        <select value={preferences.theme.value} data-testid={T.preferencesTheme} onChange={(event) => { preferences.theme.value = word(THEMES, event.currentTarget.value) ?? 'auto' }}>
          {THEMES.map((one) => <option key={one} value={one}>{t(`preferences.theme.${one}`)}</option>)}
        </select>
      </label>
      {preferences.languages.length > 1 && (
        <label>
          <span>{t('preferences.language')}</span>
          <select value={language()} data-testid={T.preferencesLanguage} onChange={(event) => void speak(event.currentTarget)}>
            {preferences.languages.map((one) => <option key={one} value={one} lang={one}>{LANGUAGE_NAMES[one]}</option>)}
          </select>
        </label>
      )}
      <label class="check">
        <input type="checkbox" checked={preferences.sound.value} data-testid={T.preferencesSound} onChange={(event) => { preferences.sound.value = event.currentTarget.checked }} />
        <span>{t('preferences.sound')}</span>
      </label>
      <label class="check">
        <input type="checkbox" checked={preferences.notify.value} data-testid={T.preferencesNotify} onChange={(event) => void notify(event.currentTarget)} />
        <span>{t('preferences.notify')}</span>
      </label>
      {isFull.value && <p class="muted" role="status" data-testid={T.preferencesUnkept}>{t('preferences.unkept')}</p>}
      {refused && <p class="problem-text" role="alert">{t('preferences.notify_refused')}</p>}
    </div>
  )
}

/** Switches the language. If the language cannot be loaded, shows a notification with a retry button. */
export async function chooseLanguage(preferences: Pick<Preferences, 'choose'>, next: Language): Promise<void> {
  if (await preferences.choose(next)) return
  say(t('preferences.language_failed', { language: LANGUAGE_NAMES[next] }), { label: t('app.retry'), run: () => void chooseLanguage(preferences, next) })
}
