// Appearance and sound settings of this device. They are stored locally and never sent to the server.

import { signal, type Signal } from '@preact/signals'
import { language, setLanguage, type Language } from '../locales/index.ts'
import type { KeyValue } from '../outbox/store.ts'
import { createAppearance, keptPreferences, type Appearance, type GivenPreferences, type Root } from './appearance.ts'
import { storageOr, thisPage, type Page } from './browser.ts'

export { THEMES, type GivenPreferences, type Theme } from './appearance.ts'

export interface Preferences extends Appearance {
  readonly sound: Signal<boolean>
  readonly notify: Signal<boolean>
  /** Whether keyboard shortcuts that consist of a single key are enabled. */
  readonly keys: Signal<boolean>
  /** Changes the language. If the strings of the language cannot be loaded, returns false and keeps the current language. */
  choose(language: Language): Promise<boolean>
}

/** Creates the preferences, and applies the appearance settings to `root`. */
export function createPreferences(root: Root, given: GivenPreferences = {}, storage: KeyValue = storageOr('localStorage'), page: Pick<Page, 'location' | 'navigator'> = thisPage): Preferences {
  const { kept, keep } = keptPreferences(storage)
  const appearance = createAppearance(root, given, storage, page)
  const sound = signal(kept('sound') === 'on')
  const notify = signal(kept('notify') === 'on')
  const keys = signal(kept('keys') !== 'off')
  const stops = [
    sound.subscribe((on) => { if (on !== (kept('sound') === 'on')) keep('sound', on ? 'on' : 'off') }),
    notify.subscribe((on) => { if (on !== (kept('notify') === 'on')) keep('notify', on ? 'on' : 'off') }),
    keys.subscribe((on) => { if (on !== (kept('keys') !== 'off')) keep('keys', on ? 'on' : 'off') }),
  ]
  return {
    ...appearance, sound, notify, keys,
    async choose(next) {
      const isThere = await setLanguage(next)
      if (isThere && language() === next) keep('language', next)
      return isThere
    },
    dispose() {
      appearance.dispose()
      for (const stop of stops) stop()
    },
  }
}
