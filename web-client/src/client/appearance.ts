// The theme and language of a page. The choices are stored in this browser and never sent to the server.

import { effect, signal, type Signal } from '@preact/signals'
import { direction, language, LANGUAGES, setLanguage, type Language } from '../locales/index.ts'
import type { KeyValue } from '../outbox/store.ts'
import { word } from '../protocol/narrow.ts'
import { keepItem, storageOr, thisPage, type Page } from './browser.ts'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export interface Appearance {
  readonly theme: Signal<Theme>
  /** The languages that the person can choose from. */
  readonly languages: readonly Language[]
  dispose(): void
}

/** The element on which the theme, the language and the text direction are set. */
export type Root = Pick<HTMLElement, 'dataset' | 'lang' | 'dir'>

export interface GivenPreferences {
  readonly language?: string | undefined
  readonly theme?: string | undefined
  /** The languages that the server's configuration offers. */
  readonly languages?: readonly string[] | undefined
}

const ITEM = 'helpline.looks.'

/** Returns functions that read and write the preferences stored in this browser. */
export function keptPreferences(storage: KeyValue): { readonly kept: (name: string) => string | null; readonly keep: (name: string, value: string) => void } {
  return { kept: (name) => storage.getItem(ITEM + name), keep: (name, value) => void keepItem(storage, ITEM + name, value) }
}

/**
 * Applies the theme, the language and the text direction to `root`. Values in `given` (from the embedding platform) take precedence over stored ones.
 */
export function createAppearance(root: Root, given: GivenPreferences = {}, storage: KeyValue = storageOr('localStorage'), page: Pick<Page, 'location' | 'navigator'> = thisPage): Appearance {
  const { kept, keep } = keptPreferences(storage)
  const theme = signal<Theme>(word(THEMES, given.theme) ?? word(THEMES, kept('theme')) ?? 'auto')
  const offered = given.languages === undefined || given.languages.length < 2 ? LANGUAGES : LANGUAGES.filter((one) => given.languages?.includes(one))
  const wanted = [given.language, new URLSearchParams(page.location.search).get('lang'), kept('language'), ...page.navigator.languages.map((one) => one.slice(0, 2))]
  const first = wanted.map((one) => word(LANGUAGES, one)).find((one) => one !== null && offered.includes(one))
  if (first !== undefined && first !== null) void setLanguage(first)

  const dispose = effect(() => {
    if (theme.value === 'auto') delete root.dataset['theme']
    else root.dataset['theme'] = theme.value
    root.lang = language()
    root.dir = direction()
  })
  // Store the theme only when the person changes it here. The theme that the embedding platform passed in is not stored.
  let last = theme.peek()
  const stop = theme.subscribe((value) => { if (value !== last) keep('theme', last = value) })
  return {
    theme,
    languages: offered,
    dispose() {
      dispose()
      stop()
    },
  }
}
