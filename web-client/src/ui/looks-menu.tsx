// The settings that stay on this device: appearance, language, sound, notifications.

import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import { askToNotify } from '../app/attention.ts'
import { isFull } from '../app/browser.ts'
import { THEMES, type Looks } from '../app/looks.ts'
import { word } from '../protocol/narrow.ts'
import { direction, language, LANGUAGE_NAMES, t } from '../strings/index.ts'
import { T } from '../testids.ts'
import { Glyph } from './glyph.tsx'

export function LooksMenu({ looks, children }: { readonly looks: Looks; readonly children?: ComponentChildren }) {
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  return (
    <>
      <button type="button" onClick={(event) => { if (menu.current !== null) putBelow(menu.current, event.currentTarget.getBoundingClientRect()) }} class="quiet icon-button" popovertarget={id} aria-label={t('app.menu')} title={t('app.menu')} data-testid={T.looks}><Glyph name="settings" /></button>
      <div ref={menu} id={id} popover="auto" class="menu" role="dialog" aria-label={t('app.menu')}><LooksForm looks={looks} />{children}</div>
    </>
  )
}

const GAP_PX = 6
const EDGE_PX = 12

/** Menus lie over the whole window, wherever in it the page stands. */
function putBelow(menu: HTMLElement, { left, right, bottom }: DOMRect): void {
  const width = document.documentElement.clientWidth
  menu.style.insetBlockStart = `${bottom + GAP_PX}px`
  if (direction() === 'rtl') menu.style.left = `${Math.max(EDGE_PX, left)}px`
  else menu.style.right = `${Math.max(EDGE_PX, width - right)}px`
}

export function LooksForm({ looks }: { readonly looks: Looks }) {
  const [refused, setRefused] = useState(false)
  const notify = async (field: HTMLInputElement) => {
    const on = field.checked
    const allowed = !on || (await askToNotify())
    setRefused(!allowed)
    looks.notify.value = on && allowed
    // Refused a second time, nothing is drawn again.
    field.checked = looks.notify.value
  }
  return (
    <div class="looks">
      <label>
        <span>{t('looks.theme')}</span>
        <select value={looks.theme.value} data-testid={T.looksTheme} onChange={(event) => { looks.theme.value = word(THEMES, event.currentTarget.value) ?? 'auto' }}>
          {THEMES.map((one) => <option key={one} value={one}>{t(`looks.theme.${one}`)}</option>)}
        </select>
      </label>
      {looks.languages.length > 1 && (
        <label>
          <span>{t('looks.language')}</span>
          <select value={language()} data-testid={T.looksLanguage} onChange={(event) => { const next = word(looks.languages, event.currentTarget.value); if (next !== null) looks.choose(next) }}>
            {looks.languages.map((one) => <option key={one} value={one} lang={one}>{LANGUAGE_NAMES[one]}</option>)}
          </select>
        </label>
      )}
      <label class="check">
        <input type="checkbox" checked={looks.sound.value} data-testid={T.looksSound} onChange={(event) => { looks.sound.value = event.currentTarget.checked }} />
        <span>{t('looks.sound')}</span>
      </label>
      <label class="check">
        <input type="checkbox" checked={looks.notify.value} data-testid={T.looksNotify} onChange={(event) => void notify(event.currentTarget)} />
        <span>{t('looks.notify')}</span>
      </label>
      {isFull.value && <p class="muted" role="status" data-testid={T.looksUnkept}>{t('looks.unkept')}</p>}
      {refused && <p class="problem-text" role="alert">{t('looks.notify_refused')}</p>}
    </div>
  )
}
