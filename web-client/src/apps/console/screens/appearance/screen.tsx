// The appearance screen: how the console looks and works for one person. The choices are stored only in this browser.

import { useId, useRef, useState } from 'preact/hooks'
import { isFull } from '../../../../client/browser.ts'
import { ALERTS, ENTERS, UNDO_S, WHENS } from '../../../../client/habits.ts'
import { askToNotify } from '../../../../client/notifications.ts'
import { THEMES, type Theme } from '../../../../client/preferences.ts'
import { inLanguage, language, LANGUAGE_NAMES, t } from '../../../../locales/index.ts'
import '../../../../locales/keys.ts'
import { chooseLanguage } from '../../../../ui/preferences-menu.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Checkbox, RadioGroup, Select } from '../../../../ui/kit/field.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import css from './appearance.css?inline'
import { s } from './strings.ts'
import { A } from './testids.ts'
import title from './title.json'

type Parts = Pick<ScreenProps, 'context'>

export function AppearanceScreen({ context }: ScreenProps) {
  const inside = useRef<HTMLDivElement>(null)
  useSheet(inside, css)
  return (
    <ScreenPage context={context} title={inLanguage(title)} hint={s('appearance.hint')} testid={A.screen}>
      <div ref={inside} hidden />
      {isFull.value && <p class="problem" role="status" data-testid={A.unkept}>{t('preferences.unkept')}</p>}
      <Look context={context} />
      <News context={context} />
      <Writing context={context} />
      <Keyboard context={context} />
    </ScreenPage>
  )
}

function Look({ context: { preferences } }: Parts) {
  const languages = preferences.languages.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))
  return (
    <section class="card appearance" aria-label={s('appearance.look')}>
      <h2>{s('appearance.look')}</h2>
      <ThemeChoice value={preferences.theme.value} onChange={(theme) => { preferences.theme.value = theme }} />
      {languages.length > 1 && <div class="appearance-narrow"><Select label={s('appearance.language')} value={language()} options={languages} testid={A.language} onChange={(next) => chooseLanguage(preferences, next)} /></div>}
    </section>
  )
}

function ThemeChoice({ value, onChange }: { readonly value: Theme; readonly onChange: (theme: Theme) => void }) {
  const name = useId()
  return (
    <fieldset class="field radio-group">
      <legend>{s('appearance.theme')}</legend>
      <div class="themes">
        {THEMES.map((one) => (
          <label key={one} class="theme-choice" data-testid={A.theme} data-value={one}>
            <input type="radio" name={name} value={one} checked={one === value} onChange={() => onChange(one)} />
            <span class="theme-picture" aria-hidden="true">
              <Picture theme={one === 'dark' ? 'dark' : 'light'} />
              {one === 'auto' && <Picture theme="dark" />}
            </span>
            <span class="theme-name">{t(`preferences.theme.${one}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Picture({ theme }: { readonly theme: 'light' | 'dark' }) {
  return <span class="theme-desk" data-theme={theme}><span class="theme-list"><i /><i /><i /><i /></span><span class="theme-thread"><i /><i /></span></span>
}

function News({ context: { preferences, client: { habits } } }: Parts) {
  const [isRefused, setRefused] = useState(false)
  const wanted = habits.alerts.value
  const notify = async (on: boolean) => {
    const allowed = !on || (await askToNotify())
    setRefused(!allowed)
    preferences.notify.value = on && allowed
  }
  return (
    <section class="card appearance" aria-label={s('appearance.news')}>
      <h2>{s('appearance.news')}</h2>
      <div>
        <Checkbox label={t('preferences.sound')} value={preferences.sound.value} testid={A.sound} onChange={(on) => { preferences.sound.value = on }} />
        <Checkbox label={t('preferences.notify')} hint={s('appearance.news_hint')} value={preferences.notify.value} testid={A.notify} onChange={notify} />
        {isRefused && <p class="problem-text" role="alert" data-testid={A.notifyRefused}>{t('preferences.notify_refused')}</p>}
      </div>
      <fieldset class="appearance-alerts">
        <legend>{s('habits.alerts')}</legend>
        {ALERTS.map((one) => (
          <label key={one} class="check">
            <input type="checkbox" checked={wanted.includes(one)} data-testid={A.alert} data-alert={one} onChange={(event) => { const isOn = event.currentTarget.checked; habits.alerts.value = ALERTS.filter((other) => (other === one ? isOn : wanted.includes(other))) }} />
            <span>{t(`habits.alert.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <div class="appearance-narrow"><Select label={s('habits.when')} value={habits.when.value} options={WHENS.map((one) => ({ value: one, label: t(`habits.when.${one}`) }))} testid={A.when} onChange={(when) => { habits.when.value = when }} /></div>
    </section>
  )
}

function Writing({ context: { client: { habits } } }: Parts) {
  return (
    <section class="card appearance" aria-label={s('appearance.writing')}>
      <h2>{s('appearance.writing')}</h2>
      <RadioGroup label={s('appearance.enter')} hint={s(`appearance.enter.${habits.enter.value}_hint`)} value={habits.enter.value} options={ENTERS.map((one) => ({ value: one, label: s(`appearance.enter.${one}`) }))} testid={A.enter} onChange={(enter) => { habits.enter.value = enter }} />
      <RadioGroup
        label={s('appearance.undo')}
        hint={s('appearance.undo_hint')}
        value={String(habits.undo_s.value)}
        options={UNDO_S.map((one) => ({ value: String(one), label: one === 0 ? t('habits.undo.off') : t('habits.undo.seconds', { n: one }) }))}
        testid={A.undo}
        onChange={(wanted) => { habits.undo_s.value = UNDO_S.find((one) => String(one) === wanted) ?? 0 }}
      />
    </section>
  )
}

function Keyboard({ context }: Parts) {
  const { keys } = context.preferences
  return (
    <section class="card appearance" aria-label={s('appearance.keyboard')}>
      <h2>{s('appearance.keyboard')}</h2>
      <Checkbox label={t('keys.on')} hint={s('appearance.keys_hint')} value={keys.value} testid={A.keys} onChange={(on) => { keys.value = on }} />
      <p><Button testid={A.showKeys} onClick={() => context.open('keys')}>{s('appearance.show_keys')}</Button></p>
    </section>
  )
}
