// How the pages look and sound on this device: kept here, never sent.

import { effect, signal, type Signal } from '@preact/signals'
import { direction, language, LANGUAGES, setLanguage, type Language } from '../locales/index.ts'
import { word } from '../protocol/narrow.ts'
import { keepItem, storageOr } from './browser.ts'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export interface Preferences {
  readonly theme: Signal<Theme>
  readonly sound: Signal<boolean>
  readonly notify: Signal<boolean>
  /** Whether single keys are shortcuts. */
  readonly keys: Signal<boolean>
  /** The languages to choose from. */
  readonly languages: readonly Language[]
  choose(language: Language): void
  dispose(): void
}

export interface GivenPreferences {
  readonly language?: string | undefined
  readonly theme?: string | undefined
  /** Those that the desk offers. */
  readonly languages?: readonly string[] | undefined
}

const ITEM = 'helpline.looks.'

/** Keeps `root` in the chosen theme, language and direction. What the platform gives wins over what the device prefers. */
export function createPreferences(root: HTMLElement, given: GivenPreferences = {}): Preferences {
  const storage = storageOr('localStorage')
  const kept = (name: string) => storage.getItem(ITEM + name)
  const keep = (name: string, value: string) => void keepItem(storage, ITEM + name, value)
  const theme = signal<Theme>(word(THEMES, given.theme) ?? word(THEMES, kept('theme')) ?? 'auto')
  const sound = signal(kept('sound') === 'on')
  const notify = signal(kept('notify') === 'on')
  const keys = signal(kept('keys') !== 'off')
  const offered = given.languages === undefined || given.languages.length < 2 ? LANGUAGES : LANGUAGES.filter((one) => given.languages?.includes(one))
  const wanted = [given.language, new URLSearchParams(location.search).get('lang'), kept('language'), ...navigator.languages.map((one) => one.slice(0, 2))]
  const first = wanted.map((one) => word(LANGUAGES, one)).find((one) => one !== null && offered.includes(one))
  if (first !== undefined && first !== null) void setLanguage(first)

  const dispose = effect(() => {
    if (theme.value === 'auto') delete root.dataset['theme']
    else root.dataset['theme'] = theme.value
    root.lang = language()
    root.dir = direction()
  })
  const stops = [
    theme.subscribe((value) => { if (value !== (kept('theme') ?? 'auto')) keep('theme', value) }),
    sound.subscribe((on) => { if (on !== (kept('sound') === 'on')) keep('sound', on ? 'on' : 'off') }),
    notify.subscribe((on) => { if (on !== (kept('notify') === 'on')) keep('notify', on ? 'on' : 'off') }),
    keys.subscribe((on) => { if (on !== (kept('keys') !== 'off')) keep('keys', on ? 'on' : 'off') }),
  ]
  return {
    theme, sound, notify, keys,
    languages: offered,
    choose(next) {
      keep('language', next)
      void setLanguage(next)
    },
    dispose() {
      dispose()
      for (const stop of stops) stop()
    },
  }
}
